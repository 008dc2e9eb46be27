lower(country) || '.' || if(role = 'all', role_group, role) || '.' || basis || CASE pay_market WHEN 'local' THEN '' WHEN 'cross_border' THEN '_abroad' ELSE '_mixed' END
