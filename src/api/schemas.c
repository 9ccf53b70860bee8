/* schemas.c — one compact JSON Schema for each reply, sorted by name, for the OpenAPI file.
 *
 * They are written by hand beside the handlers' knowledge, and test/api/schemas.test.mjs holds
 * every reply it sees against them, so they cannot drift. Macros below for the types that recur:
 * ids are strings, times seconds, money fen, and a list has items, next and total.
 */
#include "api/schemas.h"

#include <stddef.h>

#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"
#define LIST_OF(item)                                                                              \
    OBJECT("\"items\":{\"type\":\"array\",\"items\":" item "},\"next\":" TEXT_NULL                 \
           ",\"total\":" INT_NULL)
#define ARRAY(item) "{\"type\":\"array\",\"items\":" item "}"
#define REF(name) "{\"$ref\":\"#/components/schemas/" name "\"}"
#define ID "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}"
#define ID_NULL "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9]+$\"}"
#define TEXT "{\"type\":\"string\"}"
#define TEXT_NULL "{\"type\":[\"string\",\"null\"]}"
#define INT "{\"type\":\"integer\"}"
#define INT_NULL "{\"type\":[\"integer\",\"null\"]}"
#define BOOL "{\"type\":\"boolean\"}"
#define ANY "{}"
#define NUM_NULL "{\"type\":[\"number\",\"null\"]}"
#define NAMED_REF                                                                                  \
    "{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" ID ",\"name\":" TEXT_NULL "}}"

/* Lists of events as text and by their names; counts of a chart's series. */
#define EVENT_LISTS ARRAY(OBJECT("\"text\":" TEXT ",\"zh\":" TEXT ",\"en\":" TEXT))
#define COUNTS_CELLS                                                                               \
    ARRAY(OBJECT("\"events\":" INT ",\"customers\":" INT ",\"expression\":" TEXT_NULL))

#define ACCOUNT_REF                                                                                \
    "{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" ID ",\"login\":" TEXT_NULL "}}"
#define STAFF_REF                                                                                  \
    "{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" ID ",\"name\":" TEXT_NULL "}}"

/* What lists show of a customer. */
#define CUSTOMER_ROW                                                                               \
    "\"id\":" ID ",\"nickname\":" TEXT_NULL ",\"gender\":" TEXT_NULL ",\"age\":"                   \
    INT_NULL ",\"province\":" TEXT_NULL ",\"city\":" TEXT_NULL ",\"phone\":" TEXT_NULL             \
    ",\"source\":" NAMED_REF ",\"stage\":" NAMED_REF ",\"added_s\":" INT_NULL ",\"first_s\":"      \
    INT ",\"orders\":" INT ",\"spend_fen\":" INT ",\"last_order_s\":" INT_NULL ",\"staff\":"       \
    ARRAY(NAMED_REF) ",\"tags\":" ARRAY(OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"group\":"        \
    TEXT)) ",\"tiers\":" ARRAY(OBJECT("\"model\":" TEXT ",\"tier\":" TEXT ",\"color\":" TEXT))

/* Dates that matter: a cycle, and numbers of due customers with their expressions. */
#define CYCLE                                                                                      \
    "\"id\":" ID ",\"name\":" TEXT ",\"starts\":" TEXT ",\"products\":"                            \
    ARRAY(OBJECT("\"id\":" ID ",\"code\":" TEXT_NULL ",\"name\":" TEXT_NULL)) ",\"kind\":" ANY     \
    ",\"field\":" ANY ",\"length\":" INT_NULL ",\"unit\":" TEXT_NULL ",\"enabled\":" BOOL          \
    ",\"account\":" TEXT_NULL ",\"created_s\":" INT
#define CYCLE_BARS                                                                                 \
    ARRAY(OBJECT("\"from\":" TEXT_NULL ",\"to\":" TEXT ",\"customers\":" INT                       \
                 ",\"expression\":" TEXT))

/* Figures of staff: WeCom's names, then Koi's. */
#define STAFF_FIGURES                                                                              \
    "\"days\":" INT ",\"chat_cnt\":" INT_NULL ",\"message_cnt\":" INT_NULL                         \
    ",\"reply_percentage\":" NUM_NULL ",\"reply_percentage_low\":" NUM_NULL                        \
    ",\"reply_percentage_high\":" NUM_NULL ",\"avg_reply_time\":" INT_NULL                         \
    ",\"avg_reply_time_low\":" INT_NULL ",\"avg_reply_time_high\":" INT_NULL                       \
    ",\"negative_feedback_cnt\":" INT_NULL ",\"new_apply_cnt\":" INT_NULL                          \
    ",\"new_contact_cnt\":" INT_NULL ",\"new_chat_cnt\":" INT_NULL ",\"chat_total\":" INT_NULL     \
    ",\"new_member_cnt\":" INT_NULL ",\"member_total\":" INT_NULL ",\"msg_total\":" INT_NULL       \
    ",\"friends_added\":" INT ",\"friends_ended_by_customer\":" INT                                \
    ",\"friends_ended_by_staff\":" INT ",\"base_7d\":" INT ",\"kept_7d\":" INT                     \
    ",\"base_30d\":" INT ",\"kept_30d\":" INT

/* A hand-over, and how many of its customers or groups are in which state. */
#define HANDOVER_COUNTS                                                                            \
    OBJECT("\"waiting\":" INT ",\"asking\":" INT ",\"asked\":" INT ",\"refused\":" INT             \
           ",\"passed\":" INT ",\"lost\":" INT ",\"stopped\":" INT ",\"all\":" INT)
#define HANDOVER                                                                                   \
    "\"id\":" ID ",\"from_staff\":" NAMED_REF ",\"kind\":" TEXT ",\"rule\":" TEXT                  \
    ",\"heirs\":" ARRAY(OBJECT("\"staff\":" NAMED_REF ",\"weight\":" INT ",\"cap\":" INT           \
    ",\"expression\":" TEXT_NULL)) ",\"expression\":" TEXT_NULL ",\"message\":" TEXT_NULL          \
    ",\"reason\":" TEXT ",\"state\":" TEXT ",\"unknown\":" INT ",\"error\":" ANY ",\"account\":"   \
    NAMED_REF ",\"created_s\":" INT ",\"ended_s\":" INT_NULL ",\"customers\":" HANDOVER_COUNTS     \
    ",\"groups\":" HANDOVER_COUNTS

/* What a binding came from. */
#define BINDING_TOUCH "\"by\":" TEXT ",\"source\":" NAMED_REF ",\"group\":" NAMED_REF

/* A code in lists, and what codes brought. */
#define CODE_COUNTS                                                                                \
    "\"friends\":" INT ",\"joined\":" INT ",\"new_customers\":" INT ",\"old_customers\":" INT      \
    ",\"buyers\":" INT ",\"friends_7d\":" INT ",\"ended_1d\":" INT ",\"ended_7d\":" INT            \
    ",\"ordered_7d\":" INT ",\"orders\":" INT ",\"amount_fen\":" INT                             \
    ",\"click_link_customer_cnt\":" INT_NULL ",\"new_customer_cnt\":" INT_NULL                     \
    ",\"added_rate\":" NUM_NULL ",\"page_views\":" INT_NULL
#define CODE_ROW                                                                                   \
    "\"id\":" ID ",\"kind\":" TEXT ",\"name\":" TEXT ",\"status\":" TEXT ",\"skip_verify\":" BOOL  \
    ",\"exclusive\":" BOOL ",\"expires_s\":" INT_NULL ",\"qr_url\":" TEXT_NULL                     \
    ",\"link_url\":" TEXT_NULL ",\"drawn\":" BOOL ",\"page_path\":" TEXT_NULL           \
    ",\"created_s\":" INT ",\"ended_s\":" INT_NULL
#define CODE_MEMBER                                                                                \
    "\"staff\":" NAMED_REF ",\"weight\":" INT ",\"daily_cap\":" INT ",\"total_cap\":" INT          \
    ",\"backup\":" BOOL ",\"left\":" BOOL ",\"listed\":" BOOL ",\"full_until_s\":" INT_NULL
#define CODE_HOURS_ROW                                                                             \
    "\"staff_id\":" ID_NULL ",\"weekday\":" INT ",\"from_min\":" INT ",\"to_min\":" INT
#define CODE_WELCOME_ROW                                                                           \
    "\"customer\":" TEXT ",\"weekdays\":" INT ",\"from_min\":" INT ",\"to_min\":" INT              \
    ",\"text\":" TEXT ",\"attachments\":" ANY
#define CODE_GROUP_GREETING                                                                        \
    "{\"type\":[\"object\",\"null\"],\"properties\":{\"text\":" TEXT                               \
    ",\"attachments\":" ANY ",\"notify\":" BOOL ",\"state\":" TEXT ",\"offered_s\":" INT_NULL      \
    ",\"told_s\":" INT_NULL ",\"error\":" ANY "}}"
#define MEDIA_ROW                                                                                  \
    "\"id\":" ID ",\"kind\":" TEXT ",\"name\":" TEXT ",\"mime\":" TEXT ",\"bytes\":" INT          \
    ",\"created_s\":" INT ",\"codes\":" ARRAY(NAMED_REF) ",\"welcome\":" BOOL                    \
    ",\"at_wecom\":" BOOL ",\"expires_s\":" INT_NULL ",\"error\":" ANY
#define CODE_GROUP_ROW                                                                             \
    "\"group\":" NAMED_REF ",\"members\":" INT ",\"dismissed\":" BOOL ",\"listed\":" BOOL
/* A member of staff. */
#define STAFF_ROW                                                                                  \
    "\"id\":" ID ",\"userid\":" TEXT ",\"name\":" TEXT ",\"department\":" NAMED_REF                \
    ",\"title\":" TEXT_NULL ",\"status\":" TEXT ",\"joined_s\":" INT_NULL                          \
    ",\"left_s\":" INT_NULL ",\"customers\":" INT ",\"groups\":" INT ",\"bound\":" INT             \
    ",\"told\":" TEXT ",\"told_s\":" INT_NULL ",\"error\":" ANY
/* A group in a list. */
#define GROUP_FIGURES                                                                              \
    "\"id\":" ID ",\"name\":" TEXT ",\"owner\":" NAMED_REF ",\"kind\":" TEXT ",\"level\":"         \
    TEXT ",\"members\":" INT ",\"friends\":" INT ",\"joined_7d\":" INT ",\"left_7d\":" INT         \
    ",\"joined_30d\":" INT ",\"left_30d\":" INT ",\"stay_7d\":" NUM_NULL                           \
    ",\"stay_7d_of\":" INT ",\"stay_30d\":" NUM_NULL ",\"stay_30d_of\":" INT                       \
    ",\"created_s\":" INT ",\"dismissed_s\":" INT_NULL ",\"plan\":" TEXT_NULL                      \
    ",\"plan_note\":" TEXT_NULL ",\"plan_s\":" INT_NULL ",\"plan_by\":" TEXT_NULL                  \
    ",\"figures_problem\":" TEXT_NULL                                                              \
    ",\"figures\":{\"type\":[\"object\",\"null\"],\"properties\":{\"days\":" INT                   \
    ",\"measure\":" TEXT ",\"measure_value\":" NUM_NULL ",\"beside\":" TEXT ",\"beside_value\":"   \
    NUM_NULL ",\"people\":" INT ",\"active\":" INT ",\"activity\":" NUM_NULL ",\"people_before\":" \
    INT ",\"active_before\":" INT ",\"activity_before\":" NUM_NULL ",\"messages\":" INT_NULL       \
    ",\"writers_a_day\":" NUM_NULL ",\"message_days\":" INT_NULL ",\"messages_not_available\":"    \
    TEXT_NULL ",\"orders\":" INT ",\"buyers\":" INT ",\"repeaters\":" INT ",\"amount_fen\":" INT   \
    ",\"sales_share\":" NUM_NULL ",\"bought_share\":" NUM_NULL ",\"repurchase\":" NUM_NULL "}}"
/* What became of welcomes. */
#define WELCOME_SUMS                                                                               \
    "\"told\":" INT ",\"sent\":" INT ",\"unsure\":" INT ",\"missed\":" INT ",\"waiting\":" INT

/* Lifetime value: sums over customers, one customer, and one model that was fitted. */
#define CLV_SUMS                                                                                   \
    "\"customers\":" INT ",\"repeaters\":" INT ",\"alive\":" NUM_NULL ",\"purchases\":" NUM_NULL   \
    ",\"clv_fen\":" INT
#define CLV_ROW                                                                                    \
    "\"alive\":" NUM_NULL ",\"purchases\":" NUM_NULL ",\"value_fen\":" INT ",\"clv_fen\":" INT     \
    ",\"repeats\":" INT ",\"first_day\":" TEXT ",\"last_day\":" TEXT ",\"weeks\":" INT
#define CLV_PART                                                                                   \
    "\"model\":" TEXT ",\"parameters\":" ARRAY(OBJECT("\"name\":" TEXT ",\"value\":" NUM_NULL      \
    ",\"se\":" NUM_NULL ",\"low\":" NUM_NULL ",\"high\":" NUM_NULL ",\"suspect\":" BOOL))          \
    ",\"log_likelihood\":" NUM_NULL ",\"customers\":" INT_NULL ",\"rows\":" INT_NULL               \
    ",\"iterations\":" INT ",\"converged\":" BOOL

const struct schema schema_table[] = {
    {"Account",
     OBJECT("\"id\":" ID ",\"login\":" TEXT ",\"name\":" TEXT ",\"role\":" TEXT ",\"scope\":" TEXT
                       ",\"staff\":" STAFF_REF ",\"language\":" TEXT ",\"disabled\":" BOOL ",\"has_password\":" BOOL
                       ",\"created_s\":" INT)},
    {"AccountLink", OBJECT("\"link\":" TEXT ",\"expires_s\":" INT)},
    {"AccountList", LIST_OF(REF("Account"))},
    {"AccountMade",
     OBJECT("\"id\":" ID ",\"login\":" TEXT ",\"link\":" TEXT ",\"expires_s\":" INT)},
    {"AnalysisCounts",
     OBJECT("\"now_s\":" INT ",\"took_us\":" INT ",\"series\":" EVENT_LISTS ",\"buckets\":" ARRAY(
         OBJECT("\"day\":" TEXT ",\"customers\":" INT ",\"series\":" COUNTS_CELLS))
         ",\"all\":" OBJECT("\"customers\":" INT_NULL ",\"series\":" ARRAY(
            OBJECT("\"events\":" INT ",\"customers\":" INT_NULL))))},
    {"AnalysisFunnel",
     OBJECT("\"now_s\":" INT ",\"took_us\":" INT ",\"steps\":" EVENT_LISTS ",\"groups\":" ARRAY(
         OBJECT("\"key\":" TEXT ",\"name\":" TEXT_NULL ",\"levels\":" ARRAY(
             OBJECT("\"customers\":" INT ",\"p25_s\":" INT ",\"p50_s\":" INT ",\"p75_s\":" INT
                    ",\"p90_s\":" INT ",\"expression\":" TEXT_NULL ",\"lost\":" TEXT_NULL)))))},
    {"AnalysisPaths",
     OBJECT("\"now_s\":" INT ",\"took_us\":" INT ",\"visits\":" INT ",\"customers\":" INT
            ",\"nodes\":" EVENT_LISTS ",\"links\":" ARRAY(OBJECT("\"step\":" INT ",\"from\":" INT
            ",\"to\":" INT ",\"visits\":" INT)))},
    {"AnalysisRepurchase",
     OBJECT("\"now_s\":" INT ",\"took_us\":" INT ",\"buyers\":" INT ",\"again\":" INT
            ",\"again_expression\":" TEXT_NULL ",\"times\":" ARRAY(INT) ",\"intervals\":" ARRAY(INT)
            ",\"n_intervals\":" INT ",\"p25_s\":" INT ",\"p50_s\":" INT ",\"p75_s\":" INT
            ",\"p90_s\":" INT)},
    {"AnalysisRetention",
     OBJECT("\"now_s\":" INT ",\"took_us\":" INT ",\"cohorts\":" ARRAY(
         OBJECT("\"day\":" TEXT ",\"customers\":" INT ",\"expression\":" TEXT_NULL ",\"cells\":"
                ARRAY(INT_NULL) ",\"expressions\":" ARRAY(TEXT_NULL))))},
    {"AnalysisRfm",
     OBJECT("\"now_s\":" INT ",\"took_us\":" INT ",\"buyers\":" INT ",\"cuts\":" OBJECT(
         "\"recency_s\":" ARRAY(INT) ",\"purchases\":" ARRAY(INT) ",\"amount_fen\":" ARRAY(INT))
         ",\"cells\":" ARRAY(OBJECT("\"r\":" INT ",\"f\":" INT ",\"m\":" INT ",\"customers\":" INT
                ",\"purchases\":" INT ",\"amount_fen\":" INT ",\"expression\":" TEXT_NULL)))},
    {"Audience",
     OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"subject\":" TEXT ",\"note\":" TEXT_NULL
            ",\"version\":" INT ",\"live\":" BOOL ",\"size\":" INT_NULL ",\"sized_s\":" INT_NULL
            ",\"archived\":" BOOL ",\"created_s\":" INT ",\"updated_s\":" INT ",\"expression\":" TEXT
            ",\"sentence_zh\":" TEXT_NULL ",\"sentence_en\":" TEXT_NULL ",\"tree\":" ANY
            ",\"problem\":" TEXT_NULL)},
    {"AudienceCount",
     OBJECT("\"count\":" INT ",\"of\":" INT ",\"took_us\":" INT ",\"sample\":"
            ARRAY("{\"type\":\"object\"}"))},
    {"AudienceList",
     LIST_OF(REF("Audience"))},
    {"AudienceMoves",
     LIST_OF(OBJECT("\"id\":" ID ",\"at_s\":" INT ",\"way\":{\"enum\":[\"entered\",\"left\"]}"
                    ",\"customer\":" OBJECT(CUSTOMER_ROW)))},
    {"AudienceSizes",
     LIST_OF(OBJECT("\"at_s\":" INT ",\"day\":" TEXT ",\"size\":" INT ",\"entered\":" INT
                    ",\"left\":" INT ",\"gone\":" INT ",\"unlisted\":" INT ",\"began\":" BOOL))},
    {"AudienceText",
     OBJECT("\"expression\":" TEXT ",\"sentence_zh\":" TEXT ",\"sentence_en\":" TEXT
            ",\"tree\":{\"type\":\"object\"}")},
    {"AudienceVersions",
     LIST_OF(OBJECT("\"version\":" INT ",\"expression\":" TEXT ",\"at_s\":" INT ",\"account\":"
                    TEXT_NULL))},
    {"AudienceWords",
     OBJECT("\"attributes\":" ARRAY(REF("Word")) ",\"kinds\":" ARRAY(REF("Word"))
            ",\"functions\":" ARRAY(REF("Word")) ",\"windows\":" ARRAY(REF("Word")))},
    {"AuditList",
     LIST_OF(OBJECT("\"id\":" ID ",\"at_s\":" INT ",\"account\":" ACCOUNT_REF ",\"token_id\":" ID_NULL
                                 ",\"action\":" TEXT ",\"object_kind\":" TEXT_NULL ",\"object_id\":" ID_NULL
                                 ",\"detail\":{\"type\":\"object\"}"))},
    {"AuditReport",
     OBJECT("\"rows\":" INT ",\"ok\":" BOOL ",\"first_bad\":" ID_NULL ",\"head_id\":" ID_NULL
                           ",\"head_hash\":" TEXT)},
    {"BackupList",
     LIST_OF(OBJECT("\"name\":" TEXT ",\"bytes\":" INT ",\"created_s\":" INT ",\"whole\":" BOOL))},
    {"Binding",
     OBJECT("\"binding\":{\"type\":[\"object\",\"null\"],\"properties\":{\"staff\":" NAMED_REF
      ",\"since_s\":" INT ",\"until_s\":" INT_NULL ",\"protected\":" BOOL ",\"ended_s\":" INT_NULL
      "," BINDING_TOUCH "}},\"brought\":{\"type\":[\"object\",\"null\"],\"properties\":{\"staff\":"
      NAMED_REF ",\"at_s\":" INT "," BINDING_TOUCH "}},\"history\":" ARRAY(OBJECT("\"id\":" ID
      ",\"at_s\":" INT ",\"cause\":" TEXT ",\"from_staff\":" NAMED_REF ",\"staff\":" NAMED_REF
      ",\"since_s\":" INT_NULL ",\"until_s\":" INT_NULL ",\"ended_s\":" INT_NULL ",\"account\":"
      NAMED_REF ",\"reason\":" TEXT_NULL)) ",\"handovers\":"
      ARRAY(OBJECT("\"handover_id\":" ID
      ",\"staff\":" NAMED_REF ",\"state\":" TEXT ",\"code\":" TEXT_NULL
      ",\"changed_s\":" INT)))},
    {"BindingLeftList",
     LIST_OF(OBJECT("\"staff\":" NAMED_REF ",\"left_s\":" INT_NULL ",\"customers\":" INT))},
    {"BindingTransfer",
     OBJECT("\"matched\":" INT ",\"already\":" INT ",\"moved\":" INT ",\"left\":" INT)},
    {"Changed",
     OBJECT("\"changed\":" BOOL)},
    {"ChannelList",
     LIST_OF(OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"kind\":" TEXT))},
    {"CheckList",
     LIST_OF(OBJECT("\"name\":" TEXT ",\"zh\":" TEXT ",\"en\":" TEXT ",\"ok\":" BOOL ",\"value\":" TEXT_NULL
                               ",\"note\":" TEXT_NULL ",\"advice\":" TEXT_NULL))},
    {"CityList",
     LIST_OF(OBJECT("\"name\":" TEXT ",\"customers\":" INT))},
    {"ChurnAlert",
     OBJECT("\"id\":" ID ",\"kind\":" TEXT ",\"customer\":" NAMED_REF ",\"staff\":" NAMED_REF
      ",\"group\":" NAMED_REF ",\"at_s\":" INT ",\"seen_s\":" INT ",\"why\":" TEXT
      ",\"matched\":" TEXT ",\"spend_fen\":" INT ",\"added_s\":" INT_NULL
      ",\"last_order_s\":" INT_NULL ",\"friends\":" INT ",\"assigned\":" NAMED_REF
      ",\"handled_s\":" INT_NULL ",\"note\":" TEXT_NULL ",\"account\":" TEXT_NULL)},
    {"ChurnList", LIST_OF(REF("ChurnAlert"))},
    {"ChurnRates",
     LIST_OF(OBJECT("\"of\":" NAMED_REF ",\"friends\":" INT ",\"lost\":" INT
      ",\"expected\":" NUM_NULL ",\"rate\":" NUM_NULL ",\"usual_rate\":" NUM_NULL
      ",\"chance\":" NUM_NULL ",\"unusual\":" BOOL))},
    {"Clv",
     OBJECT("\"fit\":{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" ID ",\"at_s\":" INT
      ",\"next_s\":" INT_NULL
      ",\"customers\":" INT_NULL ",\"model\":" TEXT ",\"weeks\":" INT ",\"discount_percent\":"
      NUM_NULL ",\"since\":" TEXT_NULL ",\"until\":" TEXT ",\"accepted\":" BOOL ",\"applied\":" BOOL
      ",\"buying\":" OBJECT(CLV_PART ",\"year\":" NUM_NULL) ",\"spending\":" OBJECT(CLV_PART
      ",\"mean\":" NUM_NULL ",\"correlation\":" NUM_NULL) ",\"read_ms\":" INT ",\"fit_ms\":" INT
      ",\"warnings\":" ARRAY(OBJECT("\"about\":" TEXT ",\"code\":" TEXT ",\"severity\":" TEXT
      ",\"message\":" TEXT ",\"message_en\":" TEXT ",\"todo\":" TEXT ",\"todo_en\":" TEXT))
      "}},\"counts\":" ARRAY(OBJECT("\"repeats\":" INT ",\"or_more\":" BOOL ",\"expected\":"
      NUM_NULL ",\"actual\":" INT)) ",\"amounts\":" ARRAY(OBJECT("\"from_fen\":" INT
      ",\"to_fen\":" INT_NULL ",\"expected\":" NUM_NULL ",\"actual\":" INT)) ",\"points\":"
      ARRAY(OBJECT("\"day\":" TEXT ",\"expected\":"
      NUM_NULL ",\"actual\":" INT)) ",\"scores\":{\"type\":[\"object\",\"null\"],\"properties\":{"
      "\"fit_id\":" ID ",\"at_s\":" INT ",\"weeks\":" INT ",\"until\":" TEXT "," CLV_SUMS
      "}},\"bands\":" ARRAY(OBJECT("\"from_fen\":" INT ",\"to_fen\":" INT_NULL "," CLV_SUMS
      ",\"expression\":" TEXT)) ",\"alive_bands\":" ARRAY(OBJECT("\"from_percent\":" INT
      ",\"to_percent\":" INT "," CLV_SUMS)))},
    {"ClvCustomers", LIST_OF(OBJECT(CUSTOMER_ROW ",\"clv\":" OBJECT(CLV_ROW)))},
    {"Cohorts",
     OBJECT("\"cohorts\":" ARRAY(OBJECT("\"start_day\":" TEXT ",\"customers\":" INT ",\"active\":"
      ARRAY(INT))))},
    {"Concentration",
     OBJECT("\"from\":" TEXT ",\"to\":" TEXT ",\"customers\":" INT ",\"sale_fen\":" INT
      ",\"top_fifth\":" OBJECT("\"customers\":" INT ",\"sale_fen\":" INT ",\"share\":"
      NUM_NULL) ",\"deciles\":" ARRAY(OBJECT("\"decile\":" INT ",\"customers\":" INT
      ",\"sale_fen\":" INT ",\"share\":" NUM_NULL ",\"cumulative_share\":" NUM_NULL
      ",\"least_fen\":" INT_NULL)))},
    {"Code",
     OBJECT(CODE_ROW ",\"remark\":" TEXT_NULL ",\"stage_id\":" ID_NULL ",\"source_id\":" ID_NULL
      ",\"tags\":" ARRAY(ID) ",\"members\":" ARRAY(OBJECT(CODE_MEMBER)) ",\"hours\":"
      ARRAY(OBJECT(CODE_HOURS_ROW)) ",\"welcomes\":" ARRAY(OBJECT(CODE_WELCOME_ROW))
      ",\"groups\":" ARRAY(OBJECT(CODE_GROUP_ROW)) ",\"full_at\":" INT_NULL ",\"auto_room\":" BOOL
      ",\"room_name\":" TEXT_NULL ",\"page_text\":" TEXT_NULL ",\"page_views\":" INT
      ",\"greeting\":" CODE_GROUP_GREETING ",\"warnings\":"
      ARRAY(REF("CodeWarning")))},
    {"CodeGreetings", OBJECT("\"used\":" INT ",\"most\":" INT)},
    {"CodeList",
     LIST_OF(OBJECT(CODE_ROW))},
    {"CodeLook",
     OBJECT("\"looked\":" INT ",\"changed\":" INT ",\"ended\":" INT ",\"refused\":" INT)},
    {"CodeQuota",
     OBJECT("\"total\":" INT_NULL ",\"balance\":" INT_NULL ",\"peak\":" INT_NULL ",\"told_s\":"
      INT_NULL ",\"tried_s\":" INT_NULL ",\"why\":" TEXT_NULL ",\"problem\":"
      ANY ",\"parts\":"
      ARRAY(OBJECT("\"expire_s\":" INT ",\"balance\":" INT)) ",\"wrong\":"
      ARRAY(OBJECT("\"kind\":" TEXT ",\"title\":" TEXT ",\"advice\":" TEXT)))},
    {"CodeStatistics",
     OBJECT("\"from\":" TEXT ",\"to\":" TEXT ",\"scans\":" INT_NULL ",\"sum\":"
      OBJECT(CODE_COUNTS) ",\"items\":" ARRAY(OBJECT("\"code\":" NAMED_REF ",\"staff\":" NAMED_REF
      ",\"hour\":" INT_NULL ",\"day\":" TEXT_NULL "," CODE_COUNTS)) ",\"not_available\":"
      ARRAY(OBJECT("\"key\":" TEXT ",\"reason\":" TEXT)) ",\"next\":" TEXT_NULL
      ",\"total\":" INT_NULL)},
    {"CodeWarning",
     OBJECT("\"id\":" ID ",\"code\":" NAMED_REF ",\"kind\":" TEXT ",\"detail\":" TEXT
      ",\"begun_s\":" INT ",\"last_s\":" INT ",\"error\":" ANY)},
    {"CodeWarningList",
     LIST_OF(REF("CodeWarning"))},
    {"Cost",
     OBJECT("\"id\":" ID ",\"source\":" NAMED_REF ",\"kind\":" TEXT ",\"from_day\":" TEXT
      ",\"to_day\":" TEXT ",\"amount_fen\":" INT ",\"note\":" TEXT_NULL ",\"created_s\":" INT)},
    {"CostList",
     LIST_OF(REF("Cost"))},
    {"Customer",
     OBJECT("\"id\":" ID ",\"nickname\":" TEXT_NULL ",\"gender\":" TEXT_NULL ",\"age\":" INT_NULL
      ",\"province\":" TEXT_NULL ",\"city\":" TEXT_NULL ",\"phone\":" TEXT_NULL ",\"source\":"
      NAMED_REF ",\"stage\":" NAMED_REF ",\"added_s\":" INT_NULL ",\"first_s\":" INT
      ",\"orders\":" INT ",\"spend_fen\":" INT ",\"last_order_s\":" INT_NULL ",\"staff\":"
      ARRAY(NAMED_REF) ",\"tags\":" ARRAY(OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"group\":"
      TEXT)) ",\"tiers\":" ARRAY(OBJECT("\"model\":" TEXT ",\"tier\":" TEXT ",\"color\":" TEXT))
      ",\"birth_day\":" TEXT_NULL ",\"no_marketing\":" BOOL ",\"name\":" TEXT_NULL ",\"address\":"
      TEXT_NULL ",\"fields\":" ARRAY(OBJECT("\"key\":" TEXT ",\"name\":" TEXT ",\"type\":" TEXT
      ",\"masked\":" BOOL ",\"value\":" ANY)) ",\"identities\":" ARRAY(OBJECT("\"id\":" ID
      ",\"kind\":" TEXT ",\"issuer\":" TEXT ",\"value\":" TEXT_NULL ",\"created_s\":" INT))
      ",\"relations\":" ARRAY(OBJECT("\"id\":" ID ",\"staff\":" NAMED_REF ",\"added_s\":" INT
      ",\"deleted_s\":" INT_NULL ",\"deleted_by\":" TEXT_NULL ",\"remark\":" TEXT_NULL
      ",\"tags\":" ARRAY(NAMED_REF))) ",\"groups\":" ARRAY(OBJECT("\"id\":" ID ",\"name\":" TEXT
      ",\"joined_s\":" INT ",\"left_s\":" INT_NULL)) ",\"rfm\":" ANY ",\"clv\":" ANY
      ",\"influence\":"
      OBJECT("\"score\":" INT ",\"converted\":" INT ",\"period_days\":" INT)
      ",\"merged_from\":" ARRAY(ID))},
    {"CustomerList", LIST_OF(OBJECT(CUSTOMER_ROW))},
    {"Cycle", OBJECT(CYCLE)},
    {"CycleDue",
     OBJECT(CYCLE ",\"today\":" TEXT ",\"begun\":" INT ",\"overdue\":" CYCLE_BARS ",\"due\":"
      CYCLE_BARS)},
    {"CycleList",
     LIST_OF(OBJECT(CYCLE ",\"soon\":" INT ",\"overdue\":" INT ",\"begun\":" INT))},
    {"CycleSuggestion",
     OBJECT("\"length\":" INT_NULL ",\"enough\":" BOOL ",\"buyers\":" INT ",\"intervals\":" INT
      ",\"p25_days\":" INT_NULL ",\"p50_days\":" INT_NULL ",\"p75_days\":" INT_NULL
      ",\"by_week\":" ARRAY(INT))},
    {"DemoCorp",
     OBJECT("\"departments\":"
      ARRAY(OBJECT("\"id\":" TEXT ",\"parent\":" TEXT ",\"name\":" TEXT ",\"position\":" INT))
      ",\"staff\":" ARRAY(OBJECT("\"userid\":" TEXT ",\"name\":" TEXT ",\"position\":" TEXT
                                 ",\"department\":" TEXT))
      ",\"groups\":" ARRAY(OBJECT("\"chat_id\":" TEXT ",\"name\":" TEXT ",\"owner\":" TEXT
                                  ",\"created_s\":" INT))
      ",\"tags\":" ARRAY(OBJECT("\"group\":" TEXT ",\"name\":" TEXT)))},
    {"DemoCustomers",
     OBJECT("\"customers\":" ARRAY(OBJECT("\"external_userid\":" TEXT ",\"name\":" TEXT
                                          ",\"gender\":" TEXT ",\"customer\":" INT))
      ",\"friends\":" ARRAY(OBJECT("\"userid\":" TEXT ",\"customer\":" INT ",\"added_s\":" INT
                                   ",\"ended\":" INT))
      ",\"members\":" ARRAY(OBJECT("\"chat_id\":" TEXT ",\"inviter\":" TEXT ",\"customer\":" INT
                                   ",\"joined_s\":" INT))
      ",\"next\":" TEXT_NULL ",\"total\":" INT_NULL)},
    {"DemoFigures",
     OBJECT("\"items\":" ARRAY(OBJECT("\"name\":" TEXT ",\"zh\":" TEXT ",\"en\":" TEXT
                                    ",\"value\":{\"type\":\"number\"},\"low\":{\"type\":\"number\"},"
                                    "\"high\":{\"type\":\"number\"},\"ok\":" BOOL)) ",\"ok\":" BOOL)},
    {"DepartmentTree",
     OBJECT("\"items\":" ARRAY(ANY))},
    {"Document", "{\"type\":\"object\"}"},
    {"Erased",
     OBJECT("\"id\":" ID ",\"erased\":" BOOL)},
    {"Error",
     OBJECT("\"error\":" OBJECT("\"code\":" TEXT ",\"message\":" TEXT ",\"field\":" TEXT_NULL ",\"hint\":" TEXT_NULL
                                         ",\"at\":" INT_NULL))},
    {"EventKindList",
     LIST_OF(OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"zh\":" TEXT ",\"en\":" TEXT ",\"touch\":"
      BOOL))},
    {"EventsAdded",
     OBJECT("\"added\":" INT ",\"known\":" INT ",\"customers\":" INT ",\"rejected\":" INT
            ",\"problems\":"
            ARRAY(OBJECT("\"index\":" INT ",\"field\":" TEXT_NULL ",\"reason\":" TEXT)))},
    {"ExportLists",
     LIST_OF(OBJECT("\"what\":" TEXT ",\"zh\":" TEXT ",\"en\":" TEXT ",\"path\":" TEXT
                    ",\"columns\":" ARRAY(TEXT)))},
    {"Facts",
     OBJECT("\"lines\":" INT ",\"lines_without_customer\":" INT ",\"cancellation_lines\":" INT
      ",\"cancellation_orders\":" INT ",\"adjustment_lines\":" INT
      ",\"negative_quantity_not_cancelled\":" INT ",\"zero_price_lines\":" INT
      ",\"negative_price_lines\":" INT ",\"exact_duplicate_lines\":" INT ",\"orders\":" INT
      ",\"orders_with_two_times\":" INT ",\"customers\":" INT ",\"sale_lines\":" INT
      ",\"sale_lines_with_customer\":" INT ",\"sale_orders_with_customer\":" INT ",\"buyers\":"
      INT ",\"repeat_buyers\":" INT ",\"sale_fen\":" INT ",\"sale_fen_with_customer\":" INT
      ",\"cancelled_fen\":" INT ",\"paid_orders\":" INT ",\"unpaid_orders\":" INT
      ",\"refunded_orders\":" INT ",\"total_fen\":" INT ",\"paid_fen\":" INT ",\"refunded_fen\":"
      INT)},
    {"Field",
     OBJECT("\"id\":" ID ",\"key\":" TEXT ",\"name\":" TEXT ",\"type\":" TEXT ",\"class\":" TEXT
      ",\"choices\":" ANY ",\"position\":" INT ",\"archived\":" BOOL)},
    {"FieldList",
     LIST_OF(REF("Field"))},
    {"FieldValue",
     OBJECT("\"key\":" TEXT ",\"value\":" ANY)},
    {"FirstPurchase",
     OBJECT("\"median_days\":" NUM_NULL ",\"mean_days\":" NUM_NULL ",\"buckets\":"
      ARRAY(OBJECT("\"days_from\":" INT ",\"days_to\":" INT_NULL ",\"customers\":" INT))
      ",\"before\":" INT
      ",\"never\":" INT)},
    {"Group",
     OBJECT(GROUP_FIGURES ",\"notice\":" TEXT_NULL ",\"days\":" ARRAY(OBJECT("\"day\":" TEXT
      ",\"joined\":" INT ",\"left\":" INT ",\"members\":" INT)))},
    {"GroupChanged", OBJECT(GROUP_FIGURES)},
    {"GroupClassified",
     OBJECT("\"matched\":" INT ",\"already\":" INT ",\"changed\":" INT ",\"left\":" INT)},
    {"GroupList", LIST_OF(OBJECT(GROUP_FIGURES))},
    {"GroupMemberList",
     LIST_OF(OBJECT("\"customer\":" NAMED_REF ",\"joined_s\":" INT ",\"left_s\":" INT_NULL
      ",\"scene\":" TEXT_NULL ",\"inviter\":" NAMED_REF ",\"friend\":" BOOL))},
    {"GroupReview",
     OBJECT("\"counts\":" OBJECT("\"new\":" INT ",\"revive\":" INT ",\"take_out\":" INT
      ",\"give_up\":" INT ",\"keep\":" INT ",\"planned\":" INT) ",\"rule\":"
      OBJECT("\"quiet_percent\":" INT ",\"revive_valuable\":" INT ",\"fall_least\":" INT)
      ",\"days\":" INT ",\"as_of_s\":" INT_NULL ",\"items\":" ARRAY(OBJECT("\"id\":" ID
      ",\"name\":" TEXT ",\"owner\":" NAMED_REF ",\"kind\":" TEXT ",\"level\":" TEXT
      ",\"created_s\":" INT
      ",\"verdict\":" TEXT ",\"quiet\":" BOOL ",\"falling\":" BOOL ",\"people\":" INT
      ",\"active\":" INT ",\"activity\":" NUM_NULL ",\"people_before\":" INT
      ",\"active_before\":" INT ",\"activity_before\":" NUM_NULL ",\"messages\":" INT_NULL
      ",\"message_days\":" INT_NULL ",\"messages_not_available\":" TEXT_NULL ",\"valuable\":" INT
      ",\"valuable_alone\":" INT))
      ",\"next\":" TEXT_NULL ",\"total\":" INT_NULL)},
    {"GroupSift",
     OBJECT("\"level\":" TEXT ",\"expression\":" TEXT ",\"before\":" TEXT_NULL ",\"qualify\":" INT
      ",\"inside\":" INT ",\"invite\":" INT ",\"fresh\":" INT_NULL ",\"fresh_problem\":" TEXT_NULL
      ",\"no_longer\":" INT ",\"full_at\":" INT ",\"items\":" ARRAY(OBJECT(CUSTOMER_ROW
      ",\"fresh\":{\"type\":[\"boolean\",\"null\"]},\"groups\":" ARRAY(OBJECT("\"id\":" ID
      ",\"name\":" TEXT ",\"level\":" TEXT ",\"owner\":" NAMED_REF)) ",\"inviter\":" NAMED_REF
      ",\"into\":{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" ID ",\"name\":" TEXT
      ",\"owner\":" NAMED_REF ",\"people\":" INT "}}")) ",\"next\":" TEXT_NULL
      ",\"total\":" INT_NULL)},
    {"GroupTotals",
     OBJECT("\"days\":" INT ",\"as_of_s\":" INT_NULL ",\"groups\":" INT
      ",\"people\":" INT ",\"active\":" INT
      ",\"activity\":" NUM_NULL ",\"orders\":" INT ",\"buyers\":" INT ",\"amount_fen\":" INT
      ",\"all_orders\":" INT ",\"all_buyers\":" INT ",\"all_amount_fen\":" INT
      ",\"sales_share\":" NUM_NULL)},
    {"GroupValuableList",
     OBJECT("\"hidden\":" INT ",\"items\":" ARRAY(OBJECT(CUSTOMER_ROW ",\"alone\":" BOOL))
      ",\"next\":" TEXT_NULL ",\"total\":" INT_NULL)},
    {"Handover", OBJECT(HANDOVER)},
    {"HandoverItemList",
     LIST_OF(OBJECT("\"id\":" ID ",\"customer\":" NAMED_REF ",\"group\":" NAMED_REF
      ",\"staff\":" NAMED_REF ",\"state\":" TEXT ",\"code\":" TEXT_NULL ",\"message\":" TEXT_NULL
      ",\"tries\":" INT ",\"asked_s\":" INT_NULL ",\"due_s\":" INT_NULL ",\"changed_s\":" INT))},
    {"HandoverList", LIST_OF(OBJECT(HANDOVER))},
    {"HandoverLook",
     OBJECT("\"asked\":" INT ",\"accepted\":" INT ",\"refused\":" INT ",\"waiting\":" INT
      ",\"ended\":" INT)},
    {"HandoverPlan",
     OBJECT("\"id\":" ID_NULL ",\"kind\":" TEXT ",\"customers\":" INT ",\"groups\":" INT
      ",\"groups_open\":" INT ",\"heirs\":" ARRAY(OBJECT("\"staff\":" NAMED_REF
      ",\"customers\":" INT ",\"groups\":" INT ",\"room\":" INT_NULL)) ",\"left_out\":"
      ARRAY(OBJECT("\"code\":" TEXT ",\"customers\":" INT ",\"message\":" TEXT)))},
    {"Health", OBJECT("\"ok\":" BOOL)},
    {"Import",
     OBJECT("\"id\":" ID ",\"kind\":" TEXT ",\"file_name\":" TEXT ",\"state\":" TEXT ",\"lines\":" INT
            ",\"added\":" INT ",\"known\":" INT ",\"rejected\":" INT ",\"created_s\":" INT ",\"mapping\":" ANY
            ",\"job\":{\"type\":[\"object\",\"null\"]}")},
    {"ImportList", LIST_OF(REF("Import"))},
    {"ImportPreview",
     OBJECT("\"format\":{\"type\":\"object\"},\"header\":" ARRAY(TEXT) ",\"mapping\":{\"type\":\"object\"}"
            ",\"remembered\":" BOOL ",\"rows\":" ARRAY(ARRAY(TEXT)) ",\"problems\":"
            ARRAY(OBJECT("\"line\":" INT ",\"column\":" TEXT_NULL ",\"reason\":" TEXT))
            ",\"guesses\":{\"type\":\"object\"}")},
    {"InboxList",
     LIST_OF(OBJECT("\"id\":" ID ",\"source\":" TEXT ",\"kind\":" TEXT ",\"key\":" TEXT
      ",\"state\":" TEXT ",\"attempts\":" INT ",\"received_s\":" INT ",\"due_s\":" INT_NULL
      ",\"ended_s\":" INT_NULL ",\"error\":{\"type\":[\"object\",\"null\"],\"properties\":"
      "{\"code\":" TEXT ",\"message\":" TEXT ",\"hint\":" TEXT "}}"))},
    {"Job",
     OBJECT("\"id\":" ID ",\"kind\":" TEXT ",\"state\":" TEXT ",\"title\":" TEXT ",\"done\":" INT
            ",\"total\":" INT_NULL ",\"unit\":" TEXT ",\"rate\":" INT ",\"remaining_s\":" INT_NULL
            ",\"result\":" ANY ",\"error\":{\"type\":[\"object\",\"null\"]},\"created_s\":" INT
            ",\"ended_s\":" INT_NULL)},
    {"JobList", LIST_OF(REF("Job"))},
    {"JobStarted", OBJECT("\"job\":" REF("Job"))},
    {"Mended", OBJECT("\"parts\":" INT)},
    {"Logo",
     OBJECT("\"there\":" BOOL ",\"side\":" INT ",\"bytes\":" INT ",\"changed_s\":" INT_NULL)},
    {"Media", OBJECT(MEDIA_ROW)},
    {"MediaList", LIST_OF(OBJECT(MEDIA_ROW))},
    {"MediaLook",
     OBJECT("\"done\":" BOOL ",\"looked\":" INT ",\"uploaded\":" INT ",\"refused\":" INT)},
    {"MergeList",
     LIST_OF(OBJECT("\"id\":" ID ",\"kept\":" OBJECT("\"id\":" ID ",\"nickname\":" TEXT_NULL)
      ",\"merged\":" OBJECT("\"id\":" ID ",\"nickname\":" TEXT_NULL) ",\"reason\":" TEXT
      ",\"at_s\":" INT ",\"account\":" NAMED_REF ",\"undone_s\":" INT_NULL))},
    {"Merged",
     OBJECT("\"id\":" ID_NULL ",\"customer_id\":" ID)},
    {"Mirror",
     OBJECT("\"state\":" TEXT ",\"trouble\":" TEXT_NULL ",\"customers\":" INT ",\"events\":" INT
      ",\"seq\":" INT ",\"behind\":" INT ",\"built_seq\":" INT ",\"build_seq\":" INT
      ",\"builds\":" INT ",\"steps\":" INT ",\"loaded\":" BOOL ",\"image_seq\":" INT ",\"build_us\":" INT ",\"step_us\":" INT
      ",\"rows_anew\":" INT ",\"runs_most\":" INT
      ",\"parts\":" ARRAY(OBJECT("\"name\":" TEXT ",\"bytes\":" INT)))},
    {"NameList",
     LIST_OF(TEXT)},
    {"Named",
     OBJECT("\"id\":" ID ",\"name\":" TEXT)},
    {"Note",
     OBJECT("\"id\":" ID ",\"account\":" NAMED_REF ",\"text\":" TEXT ",\"at_s\":" INT
      ",\"remind_s\":" INT_NULL ",\"done_s\":" INT_NULL)},
    {"NoteList",
     LIST_OF(REF("Note"))},
    {"Order",
     OBJECT("\"id\":" ID ",\"number\":" TEXT ",\"channel\":" NAMED_REF ",\"nature\":" TEXT
      ",\"state\":" TEXT ",\"customer\":" ANY ",\"staff\":" NAMED_REF ",\"at_s\":" INT
      ",\"paid_s\":" INT_NULL ",\"total_fen\":" INT ",\"sale_fen\":" INT ",\"paid_fen\":" INT_NULL
      ",\"refunded_fen\":" INT ",\"province\":" TEXT_NULL ",\"lines\":" INT ",\"items\":"
      ARRAY(OBJECT("\"line\":" INT ",\"product\":" ANY ",\"at_s\":" INT ",\"quantity\":" INT
      ",\"unit_price_micro\":" INT ",\"amount_fen\":" INT ",\"nature\":" TEXT)) ",\"refunds\":"
      ARRAY(OBJECT("\"number\":" TEXT ",\"at_s\":" INT ",\"amount_fen\":" INT)))},
    {"OrderList",
     LIST_OF(OBJECT("\"id\":" ID ",\"number\":" TEXT ",\"channel\":" NAMED_REF ",\"nature\":" TEXT
      ",\"state\":" TEXT ",\"customer\":" ANY ",\"staff\":" NAMED_REF ",\"at_s\":" INT
      ",\"paid_s\":" INT_NULL ",\"total_fen\":" INT ",\"sale_fen\":" INT ",\"paid_fen\":" INT_NULL
      ",\"refunded_fen\":" INT ",\"province\":" TEXT_NULL ",\"lines\":" INT))},
    {"OutboxList",
     LIST_OF(OBJECT("\"id\":" ID ",\"kind\":" TEXT ",\"key\":" TEXT ",\"object_id\":" ID_NULL
      ",\"account_id\":" ID_NULL ",\"customer\":" NAMED_REF ",\"staff\":" NAMED_REF
      ",\"tag\":" NAMED_REF ",\"group\":" NAMED_REF ",\"greeted\":" NAMED_REF
      ",\"on\":{\"type\":[\"boolean\",\"null\"]}"
      ",\"state\":" TEXT ",\"attempts\":" INT ",\"made_s\":" INT
      ",\"due_s\":" INT_NULL ",\"ended_s\":" INT_NULL
      ",\"error\":{\"type\":[\"object\",\"null\"],\"properties\":{\"code\":" TEXT
      ",\"message\":" TEXT ",\"hint\":" TEXT "}}"))},
    {"Product",
     OBJECT("\"id\":" ID ",\"issuer\":" TEXT ",\"code\":" TEXT ",\"name\":" TEXT
      ",\"category\":" TEXT_NULL ",\"role\":" TEXT_NULL ",\"price_fen\":" INT_NULL
      ",\"cost_micro\":" INT_NULL ",\"cycle_days\":" INT_NULL)},
    {"ProductList", LIST_OF(REF("Product"))},
    {"ProductRepurchase",
     OBJECT("\"from\":" TEXT ",\"to\":" TEXT ",\"within_days\":" INT ",\"items\":"
      ARRAY(OBJECT("\"product\":" OBJECT("\"id\":" ID ",\"code\":" TEXT ",\"name\":" TEXT
      ",\"category\":" TEXT_NULL) ",\"buyers\":" INT ",\"ripe\":" INT ",\"again\":" INT
      ",\"rate\":" NUM_NULL ",\"intervals\":" INT ",\"p25_days\":" INT_NULL
      ",\"p50_days\":" INT_NULL ",\"p75_days\":" INT_NULL ",\"cycle\":" ANY))
      ",\"next\":" TEXT_NULL ",\"total\":" INT_NULL)},
    {"ProductReport",
     OBJECT("\"from\":" TEXT ",\"to\":" TEXT ",\"sum\":" OBJECT("\"products\":" INT
      ",\"quantity\":" INT ",\"sale_fen\":" INT ",\"returned_quantity\":" INT
      ",\"returned_fen\":" INT ",\"return_rate\":" NUM_NULL) ",\"items\":"
      ARRAY(OBJECT("\"product\":" OBJECT("\"id\":" ID ",\"code\":" TEXT ",\"name\":" TEXT
      ",\"category\":" TEXT_NULL ",\"price_fen\":" INT_NULL ",\"cost_micro\":" INT_NULL)
      ",\"orders\":" INT ",\"buyers\":" INT ",\"repeat_buyers\":" INT
      ",\"repurchase_rate\":" NUM_NULL ",\"quantity\":" INT ",\"sale_fen\":" INT
      ",\"returned_quantity\":" INT ",\"returned_fen\":" INT ",\"return_rate\":" NUM_NULL
      ",\"margin_fen\":" INT_NULL ",\"margin\":" NUM_NULL ",\"price_ratio\":" NUM_NULL))
      ",\"next\":" TEXT_NULL ",\"total\":" INT_NULL)},
    {"ProposalList",
     LIST_OF(OBJECT("\"id\":" ID ",\"reason\":" TEXT ",\"state\":" TEXT ",\"created_s\":" INT
      ",\"decided_s\":" INT_NULL ",\"one\":" ANY ",\"other\":" ANY))},
    {"Provinces",
     OBJECT("\"from\":" TEXT ",\"to\":" TEXT ",\"items\":" ARRAY(OBJECT("\"province\":" TEXT_NULL
      ",\"orders\":" INT ",\"paid_orders\":" INT ",\"paid_fen\":" INT ",\"refunded_fen\":" INT)))},
    {"Repurchase",
     OBJECT("\"from\":" TEXT ",\"to\":" TEXT ",\"buyers\":" INT ",\"repeat_buyers\":" INT
      ",\"rate\":" NUM_NULL ",\"frequency\":" NUM_NULL ",\"interval_days\":" OBJECT("\"median\":"
      NUM_NULL ",\"mean\":" NUM_NULL) ",\"by_month\":" ARRAY(OBJECT("\"start_day\":" TEXT
      ",\"buyers\":" INT ",\"repeat_buyers\":" INT ",\"rate\":" NUM_NULL)) ",\"intervals\":"
      ARRAY(OBJECT("\"days\":" INT ",\"count\":" INT)))},
    {"Restarting", OBJECT("\"restarting\":" BOOL)},
    {"Revenue",
     OBJECT("\"from\":" TEXT ",\"to\":" TEXT ",\"items\":" ARRAY(OBJECT("\"start_day\":" TEXT
      ",\"placed\":" INT ",\"orders\":" INT ",\"buyers\":" INT ",\"new_buyers\":" INT
      ",\"repeat_buyers\":" INT ",\"sale_fen\":" INT ",\"refunded_fen\":" INT ",\"spend_fen\":"
      INT ",\"average_fen\":" INT_NULL)))},
    {"Rfm",
     OBJECT("\"fit\":{\"type\":[\"object\",\"null\"]},\"cells\":"
            ARRAY(OBJECT("\"r\":" INT ",\"f\":" INT ",\"m\":" INT ",\"customers\":" INT
                         ",\"amount_fen\":" INT)))},
    {"Script",
     OBJECT("\"id\":" ID ",\"group\":" TEXT ",\"title\":" TEXT ",\"text\":" TEXT
      ",\"position\":" INT ",\"archived\":" BOOL ",\"account\":" TEXT_NULL ",\"updated_s\":" INT)},
    {"ScriptList",
     OBJECT("\"groups\":" ARRAY(TEXT) ",\"items\":" ARRAY(REF("Script"))
      ",\"next\":" TEXT_NULL ",\"total\":" INT_NULL)},
    {"Session",
     OBJECT("\"account\":{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" ID ",\"login\":" TEXT
                       ",\"name\":" TEXT ",\"role\":" TEXT ",\"scope\":" TEXT ",\"staff_id\":" ID_NULL
                       ",\"language\":" TEXT "}},\"csrf\":" TEXT_NULL ",\"permissions\":" ARRAY(TEXT)
                       ",\"must_set_password\":" BOOL ",\"corp\":" OBJECT("\"name\":" TEXT ",\"zone\":" TEXT
                       ",\"currency\":" TEXT ",\"demo\":" BOOL) ",\"version\":" TEXT)},
    {"SessionWecom",
     OBJECT("\"enabled\":" BOOL)},
    {"SettingList",
     LIST_OF(OBJECT("\"name\":" TEXT ",\"zh\":" TEXT ",\"en\":" TEXT ",\"type\":" TEXT ",\"value\":" TEXT
                                   ",\"origin\":" TEXT ",\"secret\":" BOOL ",\"changeable\":" BOOL ",\"restart\":" BOOL
                                   ",\"choices\":" TEXT_NULL ",\"default\":" TEXT ",\"min\":" INT ",\"max\":" INT))},
    {"Source",
     OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"kind\":" TEXT ",\"customers\":" INT
      ",\"cost_fen\":" INT_NULL ",\"archived\":" BOOL)},
    {"SourceList",
     LIST_OF(REF("Source"))},
    {"SourceReport",
     OBJECT("\"from\":" TEXT ",\"to\":" TEXT ",\"within_days\":" INT ",\"complete\":" BOOL
      ",\"sum\":" OBJECT("\"friends\":" INT ",\"first_buyers\":" INT
      ",\"first_buyer_rate\":" NUM_NULL) ",\"items\":" ARRAY(OBJECT("\"source\":" NAMED_REF
      ",\"customers\":" INT ",\"buyers\":" INT ",\"conversion\":" NUM_NULL ",\"friends\":" INT
      ",\"first_buyers\":" INT ",\"first_buyer_rate\":" NUM_NULL ",\"fixed_fen\":" INT
      ",\"traffic_fen\":" INT ",\"cost_fen\":" INT ",\"cost_per_customer_fen\":" INT_NULL
      ",\"revenue_fen\":" INT ",\"roi\":" NUM_NULL)))},
    {"Staff", OBJECT(STAFF_ROW)},
    {"StaffFigures",
     OBJECT("\"from\":" TEXT ",\"to\":" TEXT ",\"told_s\":" INT_NULL ",\"sum\":"
      OBJECT(STAFF_FIGURES) ",\"not_available\":" ARRAY(OBJECT("\"key\":" TEXT ",\"reason\":" TEXT))
      ",\"items\":" ARRAY(OBJECT("\"staff\":" NAMED_REF ",\"department\":" NAMED_REF ",\"day\":"
      TEXT_NULL "," STAFF_FIGURES)) ",\"next\":" TEXT_NULL ",\"total\":" INT_NULL)},
    {"StaffList", LIST_OF(REF("Staff"))},
    {"Stage",
     OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"position\":" INT ",\"outcome\":" TEXT
      ",\"customers\":" INT)},
    {"StageList",
     LIST_OF(REF("Stage"))},
    {"Tag",
     OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"grain\":" TEXT ",\"position\":" INT
      ",\"customers\":" INT ",\"archived\":" BOOL)},
    {"TagCompare",
     OBJECT("\"asked_s\":" INT ",\"groups\":" INT ",\"tags\":" INT ",\"wecom\":" INT
      ",\"koi\":" INT ",\"nobody\":" INT ",\"items\":"
      ARRAY(OBJECT("\"kind\":" TEXT ",\"winner\":" TEXT ",\"level\":" TEXT ",\"group_id\":" ID_NULL
      ",\"tag_id\":" ID_NULL ",\"group\":" TEXT_NULL ",\"name\":" TEXT_NULL
      ",\"there_group\":" TEXT_NULL ",\"there_name\":" TEXT_NULL)))},
    {"TagCoverage",
     LIST_OF(OBJECT("\"staff\":" NAMED_REF ",\"customers\":" INT ",\"tagged\":" INT ",\"share\":"
      NUM_NULL))},
    {"TagTakenOver",
     OBJECT("\"added\":" INT ",\"changed\":" INT ",\"removed\":" INT)},
    {"TagTree",
     OBJECT("\"categories\":" ARRAY(OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"position\":" INT
      ",\"groups\":" ARRAY(OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"position\":" INT
      ",\"wecom\":" BOOL ",\"told\":" BOOL ",\"tags\":" ARRAY(REF("Tag")))))))},
    {"Tagged",
     OBJECT("\"tagged\":" INT ",\"skipped\":" INT ",\"job\":" ANY)},
    {"Tier",
     OBJECT("\"id\":" ID_NULL ",\"position\":" INT ",\"name\":" TEXT ",\"color\":" TEXT
            ",\"advice\":" TEXT_NULL ",\"customers\":" INT_NULL ",\"expression\":" TEXT
            ",\"sentence_zh\":" TEXT_NULL ",\"sentence_en\":" TEXT_NULL ",\"tree\":" ANY
            ",\"problem\":" TEXT_NULL)},
    {"TierModel",
     OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"kind\":" TEXT ",\"subject\":" TEXT
            ",\"period_days\":" INT ",\"version\":" INT ",\"enabled\":" BOOL
            ",\"next_run_s\":" INT_NULL ",\"tiers\":"
            ARRAY(REF("Tier")) ",\"last_run\":{\"type\":[\"object\",\"null\"]}")},
    {"TierModelList",
     LIST_OF(REF("TierModel"))},
    {"TierMoves",
     OBJECT("\"nodes\":" ARRAY(OBJECT("\"tier_id\":" ID_NULL ",\"name\":" TEXT ",\"color\":" TEXT
                                     ",\"removed\":" BOOL)) ",\"links\":"
            ARRAY(OBJECT("\"source\":" ID_NULL ",\"target\":" ID_NULL ",\"customers\":" INT))
            ",\"history\":" ARRAY(OBJECT("\"at_s\":" INT ",\"tiers\":"
                                         ARRAY(OBJECT("\"tier_id\":" ID ",\"customers\":" INT)))))},
    {"TierTemplateList",
     LIST_OF(OBJECT("\"kind\":" TEXT ",\"name\":" TEXT ",\"note\":" TEXT ",\"period_days\":" INT
                    ",\"tiers\":" ARRAY(REF("Tier"))))},
    {"Timeline",
     LIST_OF(OBJECT("\"seq\":" ID ",\"at_s\":" INT ",\"kind\":" TEXT ",\"kind_name\":" TEXT
      ",\"touch\":" BOOL ",\"channel\":" NAMED_REF ",\"staff\":" NAMED_REF ",\"object\":" ANY
      ",\"amount_fen\":" INT_NULL ",\"props\":" ANY ",\"retracted\":" BOOL))},
    {"Today",
     OBJECT("\"due\":" ARRAY(OBJECT("\"title\":" TEXT ",\"count\":" INT ",\"link\":" TEXT_NULL))
      ",\"moved\":" ARRAY(OBJECT("\"title\":" TEXT ",\"now\":" INT ",\"before\":" NUM_NULL
      ",\"change\":" NUM_NULL ",\"unit\":" TEXT)) ",\"wrong\":" ARRAY(OBJECT("\"title\":" TEXT
      ",\"detail\":" TEXT_NULL ",\"link\":" TEXT_NULL)) ",\"trend\":" OBJECT("\"days\":"
      ARRAY(TEXT) ",\"friends\":" ARRAY(INT) ",\"orders\":" ARRAY(INT) ",\"sale_fen\":"
      ARRAY(INT)) ",\"empty\":" BOOL)},
    {"TokenList",
     LIST_OF(OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"account_id\":" ID ",\"login\":" TEXT
                                 ",\"permissions\":" ARRAY(TEXT) ",\"created_s\":" INT ",\"used_s\":" INT_NULL
                                 ",\"expires_s\":" INT_NULL ",\"revoked_s\":" INT_NULL))},
    {"TokenMade", OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"token\":" TEXT)},
    {"Undone",
     OBJECT("\"id\":" ID ",\"undone\":" BOOL)},
    {"Unmasked",
     OBJECT("\"value\":" TEXT_NULL)},
    {"Upload", OBJECT("\"id\":" TEXT ",\"name\":" TEXT ",\"bytes\":" INT ",\"sha256\":" TEXT)},
    {"Version",
     OBJECT("\"version\":" TEXT ",\"schema\":" INT ",\"database\":" TEXT ",\"now_s\":" INT)},
    {"View", OBJECT("\"value\":" ANY)},
    {"WecomCheckList",
     LIST_OF(OBJECT("\"secret\":" TEXT ",\"name\":" TEXT ",\"path\":" TEXT ",\"zh\":" TEXT
      ",\"en\":" TEXT ",\"ok\":" BOOL ",\"code\":" TEXT_NULL ",\"error\":" TEXT_NULL
      ",\"advice\":" TEXT_NULL ",\"count\":" INT_NULL ",\"more\":" BOOL ",\"names\":"
      ARRAY(TEXT)))},
    {"WecomJsSign",
     OBJECT("\"corp_id\":" TEXT ",\"agent_id\":" INT ",\"timestamp\":" INT ",\"nonce\":" TEXT
      ",\"config_signature\":" TEXT ",\"agent_signature\":" TEXT)},
    {"WecomStatus",
     OBJECT("\"checked_s\":" INT_NULL ",\"received_s\":" INT_NULL ",\"refused_s\":" INT_NULL
      ",\"inbox_dead\":" INT ",\"outbox_dead\":" INT ",\"outbox_unsure\":" INT
      ",\"welcomes_missed\":" INT)},
    {"WecomSync",
     OBJECT("\"connected\":" BOOL ",\"hour\":" INT ",\"job\":" ANY ",\"stage\":" TEXT
      ",\"least_calls\":" INT_NULL ",\"counts\":" ANY ",\"problems\":" ARRAY(
      OBJECT("\"kind\":" TEXT ",\"ref\":" TEXT ",\"state\":" TEXT ",\"code\":" TEXT
      ",\"message\":" TEXT ",\"advice\":" TEXT)) ",\"runs\":" ARRAY(
      OBJECT("\"job_id\":" ID ",\"state\":" TEXT ",\"complete\":" BOOL ",\"stage\":" TEXT
      ",\"created_s\":" INT ",\"ended_s\":" INT_NULL ",\"calls\":" INT
      ",\"least_calls\":" INT_NULL ",\"problems\":" INT ",\"outside\":" INT
      ",\"friendships\":" INT ",\"begun\":" INT
      ",\"ended\":" INT ",\"groups\":" INT)))},
    {"WelcomeReport",
     OBJECT(WELCOME_SUMS ",\"p50_ms\":" INT_NULL ",\"p99_ms\":" INT_NULL ",\"p999_ms\":" INT_NULL
      ",\"reasons\":" ARRAY(OBJECT("\"reason\":" TEXT ",\"message\":" TEXT ",\"n\":" INT))
      ",\"hours\":" ARRAY(OBJECT("\"hour_s\":" INT "," WELCOME_SUMS)) ",\"misses\":"
      ARRAY(OBJECT("\"id\":" ID ",\"received_s\":" INT ",\"reason\":" TEXT ",\"message\":" TEXT
      ",\"error\":" TEXT_NULL)))},
    {"Word",
     OBJECT("\"word\":" TEXT ",\"subject\":" TEXT ",\"type\":" TEXT ",\"names\":" TEXT_NULL
            ",\"operators\":" ARRAY(TEXT) ",\"choices\":" ARRAY(ANY) ",\"example\":" TEXT
            ",\"touch\":" BOOL ",\"zh\":" TEXT ",\"en\":" TEXT)},
    {NULL, NULL},
};
