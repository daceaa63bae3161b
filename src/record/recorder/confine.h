/* What the child gives up before it reads a byte: other descriptors, privileges, priority, and more memory than it
 * needs. */
#pragma once

/* Keeps 0 … link_descriptor. */
void confine_process(int link_descriptor);
