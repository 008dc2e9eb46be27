lower(country) || '.' || if(role = 'all', role_group, role) || '.' || basis || CASE pay_market WHEN 'local' THEN '' WHEN 'cross_border' THEN '_foreign_currency' ELSE '_mixed' END
