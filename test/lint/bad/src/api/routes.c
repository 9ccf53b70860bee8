/* routes — a table out of order: the second row belongs before the first, whatever the methods
 * are. Long enough to be an essay, and otherwise without a fault of its own. */
const struct route routes[] = {
    {"GET", "/api/tags", 1},
    {"GET", "/api/customers", 1},
    {"POST", "/api/customers", 1},
};
