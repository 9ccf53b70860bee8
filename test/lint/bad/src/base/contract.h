int undocumented(void);

/* Documented: gives 1. */
int documented(void);
int in_its_block(void);

int not_in_its_block(void);
