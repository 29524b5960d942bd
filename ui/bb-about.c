/* bb-about.c: About dialog with the versions in use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-about.h"

#include "bb-device-texture.h"
#include "blurbox.h"

#include <glib/gi18n.h>

/* Not translated: it goes into reports. */
static char *
describe (GtkWindow *window, const char *device, const char *problem)
{
  GString *text = g_string_new (NULL);
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (window));
  GdkDisplay *display = gtk_widget_get_display (GTK_WIDGET (window));
  g_autofree char *os = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  g_string_append_printf (text, "Blurbox %s\n\n", BB_VERSION);
  g_string_append_printf (text, "Device: %s\n", *device != '\0' ? device : "not in use yet");
  if (problem != NULL)
    g_string_append_printf (text, "GPU: cannot be used. %s\n", problem);
  g_string_append_printf (text, "FFmpeg: %s\n", bb_get_ffmpeg_version ());
  g_string_append_printf (text, "GTK: %u.%u.%u\n", gtk_get_major_version (),
                          gtk_get_minor_version (), gtk_get_micro_version ());
  g_string_append_printf (text, "libadwaita: %u.%u.%u\n", adw_get_major_version (),
                          adw_get_minor_version (), adw_get_micro_version ());
  g_string_append_printf (text, "GLib: %u.%u.%u\n", glib_major_version, glib_minor_version,
                          glib_micro_version);
  g_string_append_printf (text, "Renderer: %s\n",
                          renderer != NULL ? G_OBJECT_TYPE_NAME (renderer) : "none");
  g_string_append_printf (text, "Display: %s\n", G_OBJECT_TYPE_NAME (display));
  g_string_append_printf (text, "Preview: %s",
                          bb_device_texture_is_live () ? "shared with the GPU" : "host memory");
  if (bb_device_texture_get_reason () != NULL)
    g_string_append_printf (text, " (%s)", bb_device_texture_get_reason ());
  g_string_append_printf (
    text, "\nPictures: %" G_GUINT64_FORMAT " shared, %" G_GUINT64_FORMAT " by way of host memory\n",
    bb_device_texture_get_n_shared (), bb_device_texture_get_n_copied ());
  g_string_append_printf (text, "System: %s\n", os != NULL ? os : "unknown");
  g_string_append_printf (text, "Sandbox: %s\n",
                          g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) ? "Flatpak" : "none");
  return g_string_free (text, FALSE);
}

/**
 * bb_about_present:
 * @window: the window that it is about
 * @device: what computes the picture; may be empty
 * @problem: (nullable): why no GPU can be used, where that is known
 *
 * Shows the About dialog.
 */
void
bb_about_present (GtkWindow *window, const char *device, const char *problem)
{
  AdwDialog *dialog = adw_about_dialog_new ();
  g_autofree char *debug = describe (window, device, problem);
  const char *developers[] = { _ ("The Blurbox developers"), NULL };

  g_object_set (dialog, "application-name", _ ("Blurbox"), "application-icon", BB_APP_ID, "version",
                BB_VERSION, "comments", _ ("Reframes video over a blurred copy of itself"),
                "developer-name", _ ("The Blurbox developers"), "developers", developers,
                "license-type", GTK_LICENSE_GPL_3_0, "website",
                "https://github.com/blurbox/blurbox", "issue-url",
                "https://github.com/blurbox/blurbox/issues",
                /* Translators: put your names here, one a line */
                "translator-credits", _ ("translator-credits"), "debug-info", debug,
                "debug-info-filename", "blurbox-debug.txt", NULL);
  adw_dialog_present (dialog, GTK_WIDGET (window));
}
