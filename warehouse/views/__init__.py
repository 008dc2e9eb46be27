"""Views and macros of the database: one `.sql` file each, declared in `declared.py` and `analysis_views.py`."""
