/* commands.c — the table of commands, sorted by name.
 *
 * What a command takes and does stands in its row, in the file of its name; this list only says
 * that it exists, so that a reader finds every command on one page. Help prints them in this order.
 */
#include "cmd/commands.h"

#include <stddef.h>

const struct command *const command_table[] = {
    &command_account_add,
    &command_account_disable,
    &command_account_list,
    &command_account_reset,
    &command_audience_check,
    &command_audience_count,
    &command_audience_list,
    &command_audience_moves,
    &command_audience_save,
    &command_audience_show,
    &command_audience_sizes,
    &command_backup,
    &command_clv_fit,
    &command_clv_show,
    &command_clv_top,
    &command_config,
    &command_config_set,
    &command_counts,
    &command_demo,
    &command_doctor,
    &command_export,
    &command_funnel,
    &command_help,
    &command_import,
    &command_init,
    &command_mirror_status,
    &command_paths,
    &command_repurchase,
    &command_restore,
    &command_retention,
    &command_rfm,
    &command_routes,
    &command_serve,
    &command_tier_add,
    &command_tier_list,
    &command_tier_moves,
    &command_tier_rfm,
    &command_tier_run,
    &command_tier_templates,
    &command_token_add,
    &command_token_list,
    &command_token_revoke,
    &command_version,
    NULL,
};
