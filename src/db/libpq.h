/* libpq — the calls of PostgreSQL's client library that we use, loaded when first needed.
 * Private to src/db.
 *
 * A program that runs on SQLite never maps libpq and the twenty libraries it brings (about 3
 * MB). The types come from libpq-fe.h; the functions are called through the one table below.
 */
#ifndef KOI_DB_LIBPQ_H
#define KOI_DB_LIBPQ_H

#include "base/err.h"

#include <libpq-fe.h>

#define LIBPQ_CALLS(call)                                                                          \
    call(PQconnectdbParams) call(PQfinish) call(PQstatus) call(PQerrorMessage)                     \
        call(PQserverVersion) call(PQparameterStatus) call(PQtransactionStatus)                    \
            call(PQsetNoticeReceiver) call(PQconsumeInput) call(PQexec) call(PQenterPipelineMode)  \
                call(PQexitPipelineMode) call(PQpipelineSync) call(PQsendDescribePrepared)         \
                    call(PQsendFlushRequest) call(PQflush) call(PQsendPrepare)                     \
                        call(PQsendQueryPrepared) call(PQsendQueryParams) call(PQsetSingleRowMode) \
                            call(PQgetResult) call(PQclear) call(PQresultStatus)                   \
                                call(PQresultErrorField) call(PQcmdStatus) call(PQcmdTuples)       \
                                    call(PQntuples) call(PQnfields) call(PQftype)                  \
                                        call(PQgetisnull) call(PQgetlength) call(PQgetvalue)

struct libpq {
#define LIBPQ_MEMBER(name) __typeof__(name) *name;
    LIBPQ_CALLS(LIBPQ_MEMBER)
#undef LIBPQ_MEMBER
};

/* Valid after libpq_load() gave RC_OK. */
extern struct libpq libpq;

/* Loads the library, once; RC_IO with the package to install when it is not there. Any thread. */
enum rc libpq_load(struct err *e);

#endif
