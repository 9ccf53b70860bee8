/* schemas — what replies look like, as JSON Schema (draft 2020-12, as OpenAPI 3.1 has it). */
#ifndef KOI_API_SCHEMAS_H
#define KOI_API_SCHEMAS_H

struct schema {
    const char *name; /* as in struct route's `reply` */
    const char *text; /* compact JSON Schema */
};

/* Sorted by name; ends with a NULL name. */
extern const struct schema schema_table[];

#endif
