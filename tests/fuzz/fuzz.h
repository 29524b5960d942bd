/* fuzz.h: what the fuzz targets share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Checks what a fallible call gave: either a result or an error, whose message is text in UTF-8. */
static inline void
fuzz_check_result (gboolean succeeded, const GError *error)
{
  g_assert_true (succeeded == (error == NULL));
  if (error == NULL)
    return;
  g_assert_true (*error->message != '\0');
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}
