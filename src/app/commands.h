/* The program's commands: serve, demo, link, import … Each checks its own arguments and tells its errors. */
#pragma once

int commands_run(int argc, char **argv);
