/* bb-application.c: the application
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-application.h"

#include "bb-about.h"
#include "bb-device-texture.h"
#include "bb-preferences-dialog.h"
#include "bb-renderer.h"
#include "bb-shortcuts.h"
#include "bb-window.h"

#include <glib/gi18n.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Made by glib-compile-resources; named here because the library is static. */
GResource *bb_ui_get_resource (void);

/**
 * BbApplication:
 *
 * One process, one window: opens files in it, and has the commands that need none.
 */
struct _BbApplication {
  AdwApplication parent_instance;

  GSettings *settings;
  BbExportManager *export_manager;
  int signal; /* that ends the program; 0 without one */
};

G_DEFINE_FINAL_TYPE (BbApplication, bb_application, ADW_TYPE_APPLICATION)

static BbWindow *
ensure_window (BbApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (BB_IS_WINDOW (l->data))
      return BB_WINDOW (l->data);
  return bb_window_new (GTK_APPLICATION (self), self->settings, self->export_manager);
}

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *window = ensure_window (BB_APPLICATION (user_data));

  gtk_window_present (GTK_WINDOW (window));
  bb_window_choose_file (window);
}

static void
open_uri_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  g_application_open (G_APPLICATION (user_data), &file, 1, "");
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GList *windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (user_data)));

  /* Closing asks where something would be lost. A dialog that is open would take the place of its
   * window. */
  for (GList *l = windows; l != NULL; l = l->next)
    {
      AdwDialog *dialog;

      while (BB_IS_WINDOW (l->data) &&
             (dialog = adw_application_window_get_visible_dialog (l->data)) != NULL)
        adw_dialog_force_close (dialog);
      gtk_window_close (GTK_WINDOW (l->data));
    }
  g_list_free (windows);
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbApplication *self = BB_APPLICATION (user_data);

  adw_dialog_present (bb_preferences_dialog_new (self->settings, self->export_manager),
                      GTK_WIDGET (ensure_window (self)));
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *window = ensure_window (BB_APPLICATION (user_data));
  BbPlayerStats stats = { 0 };

  if (bb_window_get_player (window) != NULL)
    bb_player_get_stats (bb_window_get_player (window), &stats);
  bb_about_present (GTK_WINDOW (window), stats.device, bb_window_get_gpu_problem (window));
}

static void
shortcuts_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *window = ensure_window (BB_APPLICATION (user_data));

  bb_shortcuts_present (GTK_WIDGET (window));
}

static const GActionEntry actions[] = {
  { "open", open_cb, NULL, NULL, NULL },
  { "open-uri", open_uri_cb, "s", NULL, NULL },
  { "preferences", preferences_cb, NULL, NULL, NULL },
  { "shortcuts", shortcuts_cb, NULL, NULL, NULL },
  { "about", about_cb, NULL, NULL, NULL },
  { "quit", quit_cb, NULL, NULL, NULL },
};

/* As closing the window, but nobody is asked: exports are kept for the next session. */
static gboolean
signal_cb (BbApplication *self, int number)
{
  self->signal = number;
  g_application_quit (G_APPLICATION (self));
  return G_SOURCE_REMOVE;
}

static gboolean
interrupted_cb (gpointer user_data)
{
  return signal_cb (BB_APPLICATION (user_data), SIGINT);
}

static gboolean
terminated_cb (gpointer user_data)
{
  return signal_cb (BB_APPLICATION (user_data), SIGTERM);
}

static gboolean
hung_up_cb (gpointer user_data)
{
  return signal_cb (BB_APPLICATION (user_data), SIGHUP);
}

static void
watch_signals (BbApplication *self)
{
  struct sigaction action;

  g_unix_signal_add (SIGINT, interrupted_cb, self);
  g_unix_signal_add (SIGTERM, terminated_cb, self);
  /* What nohup asks for is kept. */
  if (sigaction (SIGHUP, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
    g_unix_signal_add (SIGHUP, hung_up_cb, self);
}

/* Whoever sent the signal sees that it ended the program. */
static void
raise_signal (BbApplication *self)
{
  if (self->signal == 0)
    return;
  signal (self->signal, SIG_DFL);
  raise (self->signal);
}

static void
style_cb (BbApplication *self)
{
  adw_style_manager_set_color_scheme (
    adw_application_get_style_manager (ADW_APPLICATION (self)),
    (AdwColorScheme) g_settings_get_enum (self->settings, "style"));
}

static void
bb_application_startup (GApplication *application)
{
  BbApplication *self = BB_APPLICATION (application);
  g_autoptr (GFile) folder = g_file_new_build_filename (g_get_user_data_dir (), "blurbox", NULL);

  G_APPLICATION_CLASS (bb_application_parent_class)->startup (application);

  watch_signals (self);
  self->settings = g_settings_new (BB_APP_ID);
  self->export_manager = bb_export_manager_new (GTK_APPLICATION (self), folder);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  bb_shortcuts_set_accels (GTK_APPLICATION (self));
  g_signal_connect_object (self->settings, "changed::style", G_CALLBACK (style_cb), self,
                           G_CONNECT_SWAPPED);
  style_cb (self);
  gtk_window_set_default_icon_name (BB_APP_ID);
  bb_renderer_choose ();
  bb_device_texture_init (gdk_display_get_default ());
}

static void
bb_application_shutdown (GApplication *application)
{
  BbApplication *self = BB_APPLICATION (application);
  gboolean over = bb_export_manager_stop (self->export_manager);

  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (BB_IS_WINDOW (l->data))
      bb_window_end_session (BB_WINDOW (l->data));
  bb_device_texture_shut_down ();
  G_APPLICATION_CLASS (bb_application_parent_class)->shutdown (application);
  if (over && self->signal == 0)
    return;
  /* An encoder that is busy with a frame is not waited for, and libraries are not pulled away from
   * under it. */
  g_settings_sync ();
  fflush (NULL);
  raise_signal (self);
  _exit (EXIT_SUCCESS);
}

static void
bb_application_activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (ensure_window (BB_APPLICATION (application))));
}

static void
bb_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  BbWindow *window = ensure_window (BB_APPLICATION (application));

  gtk_window_present (GTK_WINDOW (window));
  bb_window_open (window, files, (guint) n_files);
}

static void
bb_application_finalize (GObject *object)
{
  BbApplication *self = BB_APPLICATION (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->export_manager);

  G_OBJECT_CLASS (bb_application_parent_class)->finalize (object);
}

static void
bb_application_class_init (BbApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->finalize = bb_application_finalize;
  application_class->startup = bb_application_startup;
  application_class->shutdown = bb_application_shutdown;
  application_class->activate = bb_application_activate;
  application_class->open = bb_application_open;
}

static void
bb_application_init (BbApplication *self)
{
  g_resources_register (bb_ui_get_resource ());
}

/**
 * bb_application_new:
 *
 * Returns: (transfer full): the application
 */
BbApplication *
bb_application_new (void)
{
  return g_object_new (BB_TYPE_APPLICATION, "application-id", BB_APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path",
                       "/io/github/blurbox/Blurbox", "version", BB_VERSION, NULL);
}

/**
 * bb_application_get_settings:
 * @self: the application
 *
 * Returns: (transfer none): what the user set; there from startup on
 */
GSettings *
bb_application_get_settings (BbApplication *self)
{
  g_return_val_if_fail (BB_IS_APPLICATION (self), NULL);

  return self->settings;
}

/**
 * bb_application_get_export_manager:
 * @self: the application
 *
 * Returns: (transfer none): the exports; there from startup on
 */
BbExportManager *
bb_application_get_export_manager (BbApplication *self)
{
  g_return_val_if_fail (BB_IS_APPLICATION (self), NULL);

  return self->export_manager;
}
