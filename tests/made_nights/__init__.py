"""A made market of adverts, answered and published night after night by the pipeline's own pieces."""
