/* blurbox.c: the window's program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-application.h"
#include "bb-prefix.h"

#include <glib/gi18n.h>

int
main (int argc, char **argv)
{
  g_autoptr (BbApplication) application = NULL;

  bb_prefix_init ();
  g_set_application_name (_ ("Blurbox"));

  application = bb_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
