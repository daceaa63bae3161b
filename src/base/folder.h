/* Folders of our own making. */
#pragma once

/* Removes a folder and all below it; links are removed, never followed. What cannot be removed stays. */
void folder_remove(const char *path);
