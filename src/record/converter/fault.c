#include "record/converter/fault.h"

#include <stddef.h>
#include <string.h>

static const char *const words[] = { "",
#define X(name, word) word,
                                     CONVERT_FAULTS(X)
#undef X
};

const char *convert_fault_word(ConvertFault fault)
{
        return words[fault];
}

ConvertFault convert_fault_of(const char *word)
{
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (!strcmp(words[i], word))
                        return (ConvertFault)i;
        return CONVERT_FAULT_BROKEN;
}
