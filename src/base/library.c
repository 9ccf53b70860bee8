/* library.c — dlopen and dlsym. A pointer to a function is copied as bytes: ISO C has no conversion
 * from the pointer to an object that dlsym() gives.
 */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

const char *library_load(const char *file, const struct library_name *names, size_t n)
{
    const char *missing = NULL;
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return file;
    for (size_t i = 0; i < n; i++) {
        void *found = dlsym(handle, names[i].name);
        memcpy(names[i].place, &found, sizeof found);
        if (found == NULL && missing == NULL)
            missing = names[i].name;
    }
    return missing;
}
