/* commands — a table of pointers out of order. Long enough to be an essay, which it has to be lest
 * another rule finds it: this one is about the order of rows, and of nothing else at all. */
const struct command *const command_table[] = {
    &command_serve,
    &command_init,
    NULL,
};
