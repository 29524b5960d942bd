/* fuzz-options.c: the command line out of any bytes, an argument a line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-options.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BbOptions) options = NULL;

  g_strv_builder_add (builder, "blurbox-render");
  g_strv_builder_addv (builder, (const char **) lines);
  arguments = g_strv_builder_end (builder);
  options = bb_options_new ((const char *const *) arguments, &error);
  fuzz_check_result (options != NULL, error);
  return 0;
}
