/* limits — every ceiling of the program, each with its reason. */
#ifndef KOI_BASE_LIMITS_H
#define KOI_BASE_LIMITS_H

enum {
    /* One request's or job's memory: large enough for 10,000 rows of a list, small enough that 64
     * at once fit beside the mirror. */
    LIMIT_ARENA = 64 << 20,
    /* A JSON body of the API. Bulk data goes through import, which streams. */
    LIMIT_BODY = 1 << 20,
    /* Read after an error and forgotten, so that a client that is still writing gets its reply. */
    LIMIT_BODY_FORGOTTEN = 16 << 20,
    /* An uploaded file. Two million order lines are about 200 MB. */
    LIMIT_UPLOAD_MB = 2048,
    /* Text of an audience expression: the longest we have seen by hand is 2 KB. */
    LIMIT_EXPRESSION = 16 << 10,
    /* Depth of an expression's tree: keeps recursion under 64 KB of stack. */
    LIMIT_EXPRESSION_DEPTH = 64,
    /* A page of a list. */
    LIMIT_PAGE = 200,
    /* Closures in one commit group. Past this a group takes longer than the fsync it saves. */
    LIMIT_GROUP = 256,
    /* Closures waiting for the writer; beyond it a request is told 503. */
    LIMIT_WRITE_QUEUE = 4096,
    /* Welcomes that wait in memory: 20 s of twice what a busy corp's friends come in. */
    LIMIT_WELCOMES = 10000,
    /* Rows one closure may write (design: 2,000 rows or 20 ms). */
    LIMIT_CLOSURE_ROWS = 2000,
    /* Moves of one audience that a tick lists: two seconds of writing. More at once is a rule that
     * changed (a month that turned, an import), not people who did something. */
    LIMIT_AUDIENCE_MOVES = 200000,
    /* Events in one request: they are one closure. */
    LIMIT_EVENTS = LIMIT_CLOSURE_ROWS,
    /* Read connections kept open. */
    LIMIT_READERS = 8,
    /* A cell of an imported file. */
    LIMIT_CELL = 64 << 10,
    /* Columns of an imported file. */
    LIMIT_COLUMNS = 512,
    /* A name that people type: tag, audience, stage, code. */
    LIMIT_NAME = 120,
    /* A note that people type. */
    LIMIT_NOTE = 4000,
};

#endif
