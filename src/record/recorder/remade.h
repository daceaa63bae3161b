/* The files to take away, made again: replay.mp4 and sound.m4a of a part of a recording. */
#pragma once

/* Reads a plan (record/remake.c) from standard input, writes both files into the folder and how far it is to standard
 * output. Returns the exit status. */
int remade_run(const char *folder);
