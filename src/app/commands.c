#include "app/commands.h"

#include <stdio.h>

int commands_run(int argc, char **argv)
{
        fprintf(stderr, "treteau %s\n", TRETEAU_VERSION);
        return argc > 1 ? 2 : 0;
}
