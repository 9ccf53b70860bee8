/* routes.c — the table that runs the API: one line a route, sorted by path, then GET POST PUT PATCH DELETE.
 *
 * What a route needs and does stands in its row, beside its handler; this list only says that it exists, so that
 * a reader finds everything the program answers on one page. The path is written here a second time to be read
 * and sorted; that it is the row's own is asserted when the table is compiled, at each start.
 */
#include "api/routes.h"

#include <assert.h>
#include <string.h>

struct entry {
    const char *path;
    const struct route *route;
};

static const struct entry TABLE[] = {
    {"/api/accounts", &route_account_list},
    {"/api/accounts", &route_account_create},
    {"/api/accounts/{account_id}", &route_account_update},
    {"/api/accounts/{account_id}/link", &route_account_link},
    {"/api/audiences", &route_audience_list},
    {"/api/audiences", &route_audience_create},
    {"/api/audiences/check", &route_audience_check},
    {"/api/audiences/count", &route_audience_count},
    {"/api/audiences/print", &route_audience_print},
    {"/api/audiences/size", &route_audience_size},
    {"/api/audiences/suggest", &route_audience_suggest},
    {"/api/audiences/words", &route_audience_words},
    {"/api/audiences/{audience_id}", &route_audience_get},
    {"/api/audiences/{audience_id}", &route_audience_change},
    {"/api/audiences/{audience_id}", &route_audience_archive},
    {"/api/audiences/{audience_id}/customers", &route_audience_customers},
    {"/api/audiences/{audience_id}/versions", &route_audience_versions},
    {"/api/audit", &route_audit_list},
    {"/api/audit/verify", &route_audit_verify},
    {"/api/backups", &route_backup_list},
    {"/api/backups", &route_backup_create},
    {"/api/backups/{name}/file", &route_backup_file},
    {"/api/backups/{name}/restore", &route_backup_restore},
    {"/api/backups/{name}/verify", &route_backup_verify},
    {"/api/channels", &route_channel_list},
    {"/api/cities", &route_city_list},
    {"/api/costs", &route_cost_list},
    {"/api/costs", &route_cost_create},
    {"/api/costs/{cost_id}", &route_cost_update},
    {"/api/costs/{cost_id}", &route_cost_remove},
    {"/api/customers", &route_customer_list},
    {"/api/customers/{customer_id}", &route_customer_get},
    {"/api/customers/{customer_id}", &route_customer_update},
    {"/api/customers/{customer_id}/erase", &route_customer_erase},
    {"/api/customers/{customer_id}/fields/{key}", &route_customer_field_put},
    {"/api/customers/{customer_id}/notes", &route_customer_notes},
    {"/api/customers/{customer_id}/notes", &route_customer_note_add},
    {"/api/customers/{customer_id}/orders", &route_customer_orders},
    {"/api/customers/{customer_id}/tags/{tag_id}", &route_customer_tag_put},
    {"/api/customers/{customer_id}/tags/{tag_id}", &route_customer_tag_remove},
    {"/api/customers/{customer_id}/timeline", &route_customer_timeline},
    {"/api/customers/{customer_id}/unmask", &route_customer_unmask},
    {"/api/demo", &route_demo_make},
    {"/api/demo/figures", &route_demo_figures},
    {"/api/demo/remove", &route_demo_remove},
    {"/api/departments", &route_department_tree},
    {"/api/doctor", &route_doctor},
    {"/api/event-kinds", &route_event_kind_list},
    {"/api/fields", &route_field_list},
    {"/api/fields", &route_field_create},
    {"/api/fields/{field_id}", &route_field_update},
    {"/api/fields/{field_id}", &route_field_remove},
    {"/api/groups", &route_group_list},
    {"/api/groups/{group_id}", &route_group_get},
    {"/api/imports", &route_import_list},
    {"/api/imports", &route_import_create},
    {"/api/imports/preview", &route_import_preview},
    {"/api/imports/{import_id}", &route_import_get},
    {"/api/imports/{import_id}/rejects", &route_import_rejects},
    {"/api/imports/{import_id}/undo", &route_import_undo},
    {"/api/jobs", &route_job_list},
    {"/api/jobs/{job_id}", &route_job_get},
    {"/api/jobs/{job_id}/events", &route_job_events},
    {"/api/jobs/{job_id}/resume", &route_job_resume},
    {"/api/jobs/{job_id}/stop", &route_job_stop},
    {"/api/merge-proposals", &route_merge_proposal_list},
    {"/api/merge-proposals/{proposal_id}", &route_merge_proposal_decide},
    {"/api/merges", &route_merge_list},
    {"/api/merges", &route_merge_create},
    {"/api/merges/{merge_id}/undo", &route_merge_undo},
    {"/api/openapi.json", &route_openapi},
    {"/api/orders", &route_order_list},
    {"/api/orders/{order_id}", &route_order_get},
    {"/api/products", &route_product_list},
    {"/api/rfm", &route_rfm},
    {"/api/rfm/run", &route_rfm_run},
    {"/api/session", &route_session_get},
    {"/api/session", &route_session_sign_in},
    {"/api/session", &route_session_update},
    {"/api/session", &route_session_end},
    {"/api/session/link", &route_session_link},
    {"/api/session/password", &route_session_password},
    {"/api/settings", &route_setting_list},
    {"/api/settings/{name}", &route_setting_put},
    {"/api/sources", &route_source_list},
    {"/api/sources", &route_source_create},
    {"/api/sources/{source_id}", &route_source_update},
    {"/api/sources/{source_id}", &route_source_remove},
    {"/api/staff", &route_staff_list},
    {"/api/stages", &route_stage_list},
    {"/api/stages", &route_stage_create},
    {"/api/stages/{stage_id}", &route_stage_update},
    {"/api/stages/{stage_id}", &route_stage_remove},
    {"/api/tag-categories", &route_tag_category_create},
    {"/api/tag-categories/{category_id}", &route_tag_category_update},
    {"/api/tag-categories/{category_id}", &route_tag_category_remove},
    {"/api/tag-groups", &route_tag_group_create},
    {"/api/tag-groups/{group_id}", &route_tag_group_update},
    {"/api/tag-groups/{group_id}", &route_tag_group_remove},
    {"/api/tags", &route_tag_tree},
    {"/api/tags", &route_tag_create},
    {"/api/tags/coverage", &route_tag_coverage},
    {"/api/tags/{tag_id}", &route_tag_update},
    {"/api/tags/{tag_id}", &route_tag_remove},
    {"/api/tags/{tag_id}/customers", &route_tag_customers},
    {"/api/tier-models", &route_tier_model_list},
    {"/api/tier-models", &route_tier_model_create},
    {"/api/tier-models/templates", &route_tier_templates},
    {"/api/tier-models/{model_id}", &route_tier_model_get},
    {"/api/tier-models/{model_id}", &route_tier_model_change},
    {"/api/tier-models/{model_id}", &route_tier_model_archive},
    {"/api/tier-models/{model_id}/moves", &route_tier_model_moves},
    {"/api/tier-models/{model_id}/run", &route_tier_model_run},
    {"/api/tokens", &route_token_list},
    {"/api/tokens", &route_token_create},
    {"/api/tokens/{token_id}", &route_token_revoke},
    {"/api/uploads", &route_upload_create},
    {"/api/version", &route_version},
    {"/api/views/{name}", &route_view_get},
    {"/api/views/{name}", &route_view_put},
    {"/health", &route_health},
    {"/metrics", &route_metrics},
};

enum { COUNT = sizeof TABLE / sizeof *TABLE };

struct router *routes_compile(void)
{
    const struct route *rows[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        assert(strcmp(TABLE[i].path, TABLE[i].route->path) == 0);
        rows[i] = TABLE[i].route;
    }
    return router_new(rows, COUNT);
}
