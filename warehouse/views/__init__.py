"""Views and macros of the database: one `.sql` file each, declared in `warehouse.schema` and `analysis_views.py`."""
