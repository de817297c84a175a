-- +goose Up
-- +goose StatementBegin
-- open: the full text may be shown to everybody. The Non-Commercial and No-Derivatives licences allow that too;
-- what they forbid is in the columns after it.
INSERT INTO core.licenses (id, name, url, open, allows_derivatives, allows_commercial, requires_attribution, share_alike) VALUES
  ('Public-Domain',       'Public domain',                                                  'https://creativecommons.org/publicdomain/mark/1.0/', true,  true,  true,  false, false),
  ('CC0-1.0',             'Creative Commons Zero 1.0 Universal',                            'https://creativecommons.org/publicdomain/zero/1.0/', true,  true,  true,  false, false),
  ('CC-BY',               'Creative Commons Attribution (version not stated)',              'https://creativecommons.org/licenses/by/4.0/',       true,  true,  true,  true,  false),
  ('CC-BY-2.0',           'Creative Commons Attribution 2.0 Generic',                       'https://creativecommons.org/licenses/by/2.0/',       true,  true,  true,  true,  false),
  ('CC-BY-2.5',           'Creative Commons Attribution 2.5 Generic',                       'https://creativecommons.org/licenses/by/2.5/',       true,  true,  true,  true,  false),
  ('CC-BY-3.0',           'Creative Commons Attribution 3.0 Unported',                      'https://creativecommons.org/licenses/by/3.0/',       true,  true,  true,  true,  false),
  ('CC-BY-4.0',           'Creative Commons Attribution 4.0 International',                 'https://creativecommons.org/licenses/by/4.0/',       true,  true,  true,  true,  false),
  ('CC-BY-SA-2.5',        'Creative Commons Attribution-ShareAlike 2.5 Generic',            'https://creativecommons.org/licenses/by-sa/2.5/',    true,  true,  true,  true,  true),
  ('CC-BY-SA-3.0',        'Creative Commons Attribution-ShareAlike 3.0 Unported',           'https://creativecommons.org/licenses/by-sa/3.0/',    true,  true,  true,  true,  true),
  ('CC-BY-SA-3.0-US',     'Creative Commons Attribution-ShareAlike 3.0 United States',      'https://creativecommons.org/licenses/by-sa/3.0/us/', true,  true,  true,  true,  true),
  ('CC-BY-SA-4.0',        'Creative Commons Attribution-ShareAlike 4.0 International',      'https://creativecommons.org/licenses/by-sa/4.0/',    true,  true,  true,  true,  true),
  ('CC-BY-NC-3.0',        'Creative Commons Attribution-NonCommercial 3.0 Unported',        'https://creativecommons.org/licenses/by-nc/3.0/',    true,  true,  false, true,  false),
  ('CC-BY-NC-4.0',        'Creative Commons Attribution-NonCommercial 4.0 International',   'https://creativecommons.org/licenses/by-nc/4.0/',    true,  true,  false, true,  false),
  ('CC-BY-NC-SA-4.0',     'Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International', 'https://creativecommons.org/licenses/by-nc-sa/4.0/', true, true, false, true, true),
  ('CC-BY-ND-4.0',        'Creative Commons Attribution-NoDerivatives 4.0 International',   'https://creativecommons.org/licenses/by-nd/4.0/',    true,  false, true,  true,  false),
  ('CC-BY-NC-ND-4.0',     'Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International', 'https://creativecommons.org/licenses/by-nc-nd/4.0/', true, false, false, true, false),
  ('All-Rights-Reserved', 'All rights reserved',                                            'https://rightsstatements.org/vocab/InC/1.0/',        false, false, false, true,  false);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DELETE FROM core.licenses;
-- +goose StatementEnd
