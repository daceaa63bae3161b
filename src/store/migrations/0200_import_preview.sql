-- What a file that was looked at would do, as its preview shows it: the file is read once, not for each page.

ALTER TABLE import_draft ADD COLUMN preview BLOB; -- compressed JSON; NULL: read the file again
