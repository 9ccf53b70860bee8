/* commands — every command, defined in the file of its name. To add one: a file, a line here, a
 * line in commands.c. */
#ifndef KOI_CMD_COMMANDS_H
#define KOI_CMD_COMMANDS_H

#include "cmd/command.h"

extern const struct command command_account_add;
extern const struct command command_account_disable;
extern const struct command command_account_list;
extern const struct command command_account_reset;
extern const struct command command_audience_check;
extern const struct command command_audience_count;
extern const struct command command_audience_list;
extern const struct command command_audience_moves;
extern const struct command command_audience_save;
extern const struct command command_audience_show;
extern const struct command command_audience_sizes;
extern const struct command command_backup;
extern const struct command command_clv_fit;
extern const struct command command_clv_show;
extern const struct command command_clv_top;
extern const struct command command_code_quota;
extern const struct command command_config;
extern const struct command command_config_set;
extern const struct command command_counts;
extern const struct command command_doctor;
extern const struct command command_export;
extern const struct command command_funnel;
extern const struct command command_help;
extern const struct command command_cycle_add;
extern const struct command command_cycle_list;
extern const struct command command_cycle_products;
extern const struct command command_cycle_remove;
extern const struct command command_cycle_show;
extern const struct command command_cycle_suggest;
extern const struct command command_demo;
extern const struct command command_import;
extern const struct command command_inbox_list;
extern const struct command command_inbox_retry;
extern const struct command command_init;
extern const struct command command_mirror_status;
extern const struct command command_outbox_drop;
extern const struct command command_outbox_list;
extern const struct command command_outbox_retry;
extern const struct command command_paths;
extern const struct command command_repurchase;
extern const struct command command_restore;
extern const struct command command_retention;
extern const struct command command_rfm;
extern const struct command command_routes;
extern const struct command command_serve;
extern const struct command command_tier_add;
extern const struct command command_tier_list;
extern const struct command command_tier_moves;
extern const struct command command_tier_rfm;
extern const struct command command_tier_run;
extern const struct command command_tier_templates;
extern const struct command command_token_add;
extern const struct command command_token_list;
extern const struct command command_token_revoke;
extern const struct command command_version;
extern const struct command command_wecom_check;
extern const struct command command_wecom_endpoints;
extern const struct command command_handover_list, command_handover_new, command_handover_retry,
    command_handover_show, command_handover_stop;
extern const struct command command_wecom_statistics, command_wecom_sync;

#endif
