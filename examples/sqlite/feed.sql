CREATE TABLE post (
    id     INTEGER PRIMARY KEY,
    author INTEGER NOT NULL,
    text   TEXT NOT NULL
);
CREATE INDEX post_of_author ON post (author, id);
CREATE TABLE follows (follower INTEGER, author INTEGER, PRIMARY KEY (follower, author)) WITHOUT ROWID;
CREATE TABLE reaction (post INTEGER, person INTEGER, kind TEXT NOT NULL, PRIMARY KEY (post, person)) WITHOUT ROWID;

-- 3,000 posts by 100 people, each of whom follows 20 others, and 9,000 reactions.
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 3000)
INSERT INTO post (id, author, text) SELECT n, 1 + n % 100, 'post ' || n FROM number;

WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 1999)
INSERT INTO follows (follower, author) SELECT 1 + n / 20, 1 + (n / 20 + 1 + n % 20) % 100 FROM number;

WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 8999)
INSERT INTO reaction (post, person, kind)
SELECT 1 + n / 3, 1 + n % 3, CASE n % 2 WHEN 0 THEN 'like' ELSE 'laugh' END FROM number;
