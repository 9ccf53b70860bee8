/* routes — every row of the API, defined beside its handler. To add one: `const struct route route_x` in the
 * handler's file, a declaration here, a line in routes.c.
 */
#ifndef KOI_API_ROUTES_H
#define KOI_API_ROUTES_H

#include "http/dispatch.h"

/* The whole table, compiled. Free with router_free(). */
struct router *routes_compile(void);

/* accounts.c */
extern const struct route route_account_list, route_account_create, route_account_update, route_account_link;
/* analyses.c, analyses_value.c */
extern const struct route route_analysis_funnel, route_analysis_retention, route_analysis_counts,
    route_analysis_rfm, route_analysis_repurchase, route_analysis_paths;
/* audience_moves.c */
extern const struct route route_audience_moves, route_audience_sizes;
/* audience_names.c */
extern const struct route route_audience_suggest;
/* audience_words.c */
extern const struct route route_audience_words;
/* audiences.c */
extern const struct route route_audience_list, route_audience_create, route_audience_check,
    route_audience_count, route_audience_print, route_audience_size, route_audience_get,
    route_audience_change, route_audience_archive, route_audience_customers,
    route_audience_versions;
/* audit.c */
extern const struct route route_audit_list, route_audit_verify;
/* backups.c */
extern const struct route route_backup_list, route_backup_create, route_backup_verify, route_backup_file,
    route_backup_restore;
/* mirror.c */
extern const struct route route_mirror_status;
/* openapi.c */
extern const struct route route_openapi;
/* scripts.c */
extern const struct route route_script_list, route_script_create, route_script_update;
/* session.c */
extern const struct route route_session_sign_in, route_session_link, route_session_get, route_session_end,
    route_session_password, route_session_update;
/* session_wecom.c */
extern const struct route route_session_wecom, route_session_wecom_get, route_session_wecom_start;
/* settings.c */
extern const struct route route_setting_list, route_setting_put;

/* system.c */
extern const struct route route_health, route_metrics, route_version, route_doctor;
extern const struct route route_doctor_mend;
/* tiers.c */
extern const struct route route_rfm, route_rfm_run, route_tier_model_list, route_tier_model_create,
    route_tier_templates, route_tier_model_get, route_tier_model_change, route_tier_model_archive,
    route_tier_model_moves, route_tier_model_run;
/* tokens.c */
extern const struct route route_token_list, route_token_create, route_token_revoke;
/* uploads.c */
extern const struct route route_upload_create;
/* views.c */
extern const struct route route_view_get, route_view_put;
extern const struct route route_wecom_verify, route_wecom_deliver, route_wecom_check;
extern const struct route route_wecom_js_sign;
extern const struct route route_wecom_status, route_wecom_sync_show, route_wecom_sync_start;
extern const struct route route_wecom_welcomes;
/* bindings.c */
extern const struct route route_binding_left, route_binding_transfer, route_customer_binding;
/* catalogue.c */
extern const struct route route_event_kind_list, route_channel_list, route_city_list;
/* clv.c */
extern const struct route route_clv, route_clv_customers, route_clv_fit;
/* staff_figures.c */
extern const struct route route_staff_figures, route_wecom_statistics;
/* handovers.c */
extern const struct route route_handover_list, route_handover_create, route_handover_get,
    route_handover_items, route_handover_stop, route_handover_retry, route_handover_look;
/* code_greeting.c, code_qr.c, code_quota.c, code_statistics.c, codes.c */
extern const struct route route_code_list, route_code_create, route_code_get, route_code_change,
    route_code_end, route_code_look, route_code_warnings, route_code_statistics, route_code_qr_svg,
    route_code_qr_png, route_code_quota, route_code_quota_ask, route_code_greetings;
/* customer_life.c */
extern const struct route route_customer_timeline, route_customer_orders, route_customer_notes, route_customer_note_add, route_customer_unmask, route_customer_erase;
/* cycles.c */
extern const struct route route_cycle_list, route_cycle_create, route_cycle_get, route_cycle_update,
    route_cycle_remove, route_cycle_suggest, route_cycle_customers;
/* customer_tags.c */
extern const struct route route_customer_tag_put, route_customer_tag_remove, route_tag_customers;
/* customers.c */
extern const struct route route_customer_list, route_customer_get, route_customer_update, route_customer_field_put;
/* events.c */
extern const struct route route_event_add;
/* exports.c */
extern const struct route route_export_create, route_export_file, route_export_lists;
/* fields.c */
extern const struct route route_field_list, route_field_create, route_field_update, route_field_remove;
/* imports.c */
extern const struct route route_import_list, route_import_create, route_import_preview, route_import_get,
    route_import_rejects, route_import_undo;
/* jobs.c */
extern const struct route route_inbox_list, route_inbox_retry;
extern const struct route route_outbox_list, route_outbox_retry, route_outbox_drop;
extern const struct route route_job_list, route_job_get, route_job_events, route_job_stop, route_job_resume;
/* logo.c */
extern const struct route route_logo_get, route_logo_png, route_logo_put, route_logo_remove;
/* media.c */
extern const struct route route_media_list, route_media_create, route_media_content,
    route_media_remove, route_media_look;
/* merges.c */
extern const struct route route_merge_list, route_merge_create, route_merge_undo, route_merge_proposal_list, route_merge_proposal_decide;
/* orders.c */
extern const struct route route_order_list, route_order_get;
/* product_repurchase.c */
extern const struct route route_report_product_repurchase;
/* products.c */
extern const struct route route_product_list, route_product_update;
/* report_products.c */
extern const struct route route_report_products, route_report_concentration;
/* sources.c */
extern const struct route route_source_list, route_source_create, route_source_update, route_source_remove, route_cost_list, route_cost_create, route_cost_update, route_cost_remove;
/* staff.c */
extern const struct route route_churn_list, route_churn_change, route_churn_rates;
extern const struct route route_department_tree, route_staff_list, route_staff_get, route_group_list, route_group_get, route_group_members, route_group_change, route_group_classify, route_group_review, route_group_valuable, route_group_totals, route_group_sift;
/* stages.c */
extern const struct route route_stage_list, route_stage_create, route_stage_update, route_stage_remove;
/* tag_sync.c, outbox.c */
extern const struct route route_tag_compare, route_tag_take_over, route_tag_wishes;
/* tags.c */
extern const struct route route_demo_make;
extern const struct route route_demo_corp;
extern const struct route route_demo_customers;
extern const struct route route_demo_figures;
extern const struct route route_demo_remove;
extern const struct route route_tag_tree, route_tag_category_create, route_tag_category_update, route_tag_category_remove, route_tag_group_create, route_tag_group_update, route_tag_group_remove, route_tag_create, route_tag_update, route_tag_remove, route_tag_coverage;
/* reports.c */
extern const struct route route_report_facts, route_report_revenue, route_report_repurchase, route_report_cohorts, route_report_first_purchase, route_report_provinces, route_report_sources;
/* today.c */
extern const struct route route_today;

#endif
