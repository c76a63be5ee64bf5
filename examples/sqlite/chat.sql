CREATE TABLE message (
    id           INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    author       INTEGER NOT NULL,
    text         TEXT NOT NULL
);
CREATE INDEX message_of_conversation ON message (conversation, id);

-- 4,000 messages in 40 conversations of 25 people.
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 4000)
INSERT INTO message (conversation, author, text)
SELECT 1 + n % 40, 1 + n % 25, 'message ' || n FROM number;
