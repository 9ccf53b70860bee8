/* attachment — what a greeting is sent with, as people choose it, and as WeCom takes it.
 *
 * A JSON list of at most nine, each {"msgtype": kind, kind: {…}}:
 *   link         {title, url, desc?, picurl?}
 *   image        {media}                     the id of an original (store/media.h)
 *   video, file  {media}
 *   miniprogram  {title, appid, page, picture}   `picture` an original that is an image
 * Limits: wecom-api.md §12. WeCom keeps an upload for three days, so a list names originals, and
 * attachment_said() puts in what WeCom has of them at that moment.
 *
 * A picture of up to 2 MB goes by media/uploadimg, whose address stays for good: one upload of the
 * 3,000 that a month has, instead of one every three days. Everything else goes by media/upload.
 */
#ifndef KOI_DOMAIN_ATTACHMENT_H
#define KOI_DOMAIN_ATTACHMENT_H

#include "store/media.h"

enum { ATTACHMENTS_MOST = 9 };

/* Whether the list is one, each within the limits: RC_INVALID with a field that begins with
 * `field`. Pure. */
enum rc attachment_check(struct str list, const char *field, struct err *e);
/* Whether each original exists and is of the kind. The list has passed attachment_check(). */
enum rc attachment_check_rows(struct tx *tx, struct str list, const char *field, struct err *e);

/* The originals that a list names, in its order. Of a list that does not parse: none. */
struct attachment_use {
    int64_t media_id;
    const char *kind; /* that it must be: "image", "video", "file" */
    bool may_stay;    /* an address will do */
};
void attachment_uses(struct str list, struct arena *a, struct attachment_use **out, size_t *out_n);
/* What it is uploaded for. */
enum media_purpose attachment_purpose(const struct attachment_use *use, int64_t bytes);
/* Whether WeCom has it still, so many seconds from now on. */
bool attachment_lives(const struct media_at *at, int64_t now_s, int64_t for_s);

/* The list as send_welcome_msg takes it, without those whose original WeCom does not have now; ""
 * when none is left. In the arena. Two probes for each original, no call. */
enum rc attachment_said(struct tx *tx, struct str list, int64_t now_s, struct arena *a,
                        struct str *out, struct err *e);

#endif
