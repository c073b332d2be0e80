CREATE TABLE tier1 (persona TEXT NOT NULL, position INTEGER NOT NULL, body TEXT NOT NULL);
INSERT INTO tier1 VALUES
    ('noor', 1, 'You are Noor. You know the projects of a public agency, and look them up with your tools.'),
    ('noor', 2, 'Answer with JSON alone: {"answer": text, "confidence": number from 0 to 1, "visualizations": []}.'),
    ('maestro', 1, 'You are Maestro. You advise the leadership on strategy.'),
    ('maestro', 2, 'Answer with JSON alone: {"answer": text, "confidence": number from 0 to 1, "visualizations": []}.');

CREATE TABLE projects (name TEXT NOT NULL, sector TEXT NOT NULL, status TEXT NOT NULL, budget INTEGER NOT NULL);
INSERT INTO projects VALUES
    ('Coastal road', 'transport', 'on_track', 120),
    ('Digital permits', 'services', 'delayed', 45),
    ('Solar schools', 'energy', 'on_track', 80),
    ('Water reuse', 'environment', 'delayed', 210);
