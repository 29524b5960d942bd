/* pam.h: pictures in files, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <string.h>

/* Codes of 0 to 65535, R', G', B' and opacity, not multiplied. */
typedef struct {
  int width;
  int height;
  int depth; /* 8 or 16 bits in the file; codes of 8 bits are multiples of 257 */
  guint16 (*rgba)[4];
} PamPicture;

PamPicture pam_new (int width, int height, int depth, guint32 seed, gboolean transparent);
void pam_clear (PamPicture *picture);
char *pam_write (const PamPicture *picture, const char *name);
