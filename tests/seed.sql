-- What every test database begins with: two brands with a budget each, and nothing else.
SET app.actor = 'test:seed';
INSERT INTO core_brand (slug, name) VALUES ('alpha', 'Alpha'), ('beta', 'Beta');
INSERT INTO governance_budgetlimit (brand_id, scope, limit_usd_micros)
SELECT id, 'brand:' || id, 10000000 FROM core_brand;
UPDATE core_clock SET simulated = true;
