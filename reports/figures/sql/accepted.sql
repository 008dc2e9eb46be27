as_of < $as_of AND status <> 'suppressed' AND value_json IS NOT NULL AND rung <> 'last accepted value'
