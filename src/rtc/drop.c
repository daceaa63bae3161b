#include "rtc/drop.h"

static const struct {
        const char *name, *text;
} DROPS[DROP_COUNT] = {
#define X(symbol, name, text) [symbol] = { name, text },
        DROP_TABLE(X)
#undef X
};

const char *drop_name(Drop drop)
{
        return (unsigned)drop < DROP_COUNT ? DROPS[drop].name : "unknown";
}

const char *drop_text(Drop drop)
{
        return (unsigned)drop < DROP_COUNT ? DROPS[drop].text : "not a reason of this table";
}
