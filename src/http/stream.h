/* stream — server-sent events (WHATWG HTML, "Server-sent events"), on a thread of their own.
 *
 * A stream is a reading route with `stream` whose handler writes the state now as JSON and names
 * the event by reply_event(). The thread runs it again every half second, or at once after
 * stream_wake(), with every check of a fresh request, and sends an event whenever the JSON differs:
 * a session that ended ends its streams within a second. The connection is taken out of
 * libmicrohttpd (a duplicate of its descriptor lives on here), since thousands of suspended
 * connections there would slow every other one.
 */
#ifndef KOI_HTTP_STREAM_H
#define KOI_HTTP_STREAM_H

struct stream_hub;
struct server;
struct visit;

/* Starts the thread; a stop sends each stream a last comment and closes it. */
struct stream_hub *stream_hub_start(struct server *s);
void stream_hub_stop(struct stream_hub *hub);
/* Takes over the connection of a visit whose handler has run; past LIMIT_STREAMS it is closed. */
void stream_take(struct stream_hub *hub, struct visit *v);
/* Something changed: look at all streams now. Any thread; cheap. */
void stream_wake(struct stream_hub *hub);

#endif
