/* bb-window.c: the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window.h"

#include <glib/gi18n.h>

/**
 * BbWindow:
 *
 * Shows one video and the recipe for it.
 */
struct _BbWindow {
  AdwApplicationWindow parent_instance;

  GSettings *settings;
  BbEditor *editor;
  GFile *file;

  AdwToastOverlay *toasts;
  AdwBottomSheet *queue_sheet;
  AdwBanner *banner;
  GtkStack *stack;
};

G_DEFINE_FINAL_TYPE (BbWindow, bb_window, ADW_TYPE_APPLICATION_WINDOW)

static void
banner_button_cb (AdwBanner *banner, gpointer user_data)
{
  adw_banner_set_revealed (banner, FALSE);
}

static void
bb_window_dispose (GObject *object)
{
  BbWindow *self = BB_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_WINDOW);
  g_clear_object (&self->settings);
  g_clear_object (&self->editor);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (bb_window_parent_class)->dispose (object);
}

static void
bb_window_class_init (BbWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bb_window_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BbWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, queue_sheet);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, stack);
  gtk_widget_class_bind_template_callback (widget_class, banner_button_cb);
}

static void
bb_window_init (BbWindow *self)
{
  self->editor = bb_editor_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * bb_window_new:
 * @application: the application
 *
 * Returns: (transfer none): a window without a video
 */
BbWindow *
bb_window_new (BbApplication *application)
{
  BbWindow *self = g_object_new (BB_TYPE_WINDOW, "application", application, NULL);
  GSettings *settings = bb_application_get_settings (application);

  self->settings = g_object_ref (settings);
  g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  return self;
}

/**
 * bb_window_open:
 * @self: a window
 * @files: (array length=n_files): files
 * @n_files: how many
 *
 * Opens the first one; the others are offered to the queue.
 */
void
bb_window_open (BbWindow *self, GFile *const *files, guint n_files)
{
  g_return_if_fail (BB_IS_WINDOW (self) && n_files > 0);

  g_set_object (&self->file, files[0]);
}

/**
 * bb_window_choose_file:
 * @self: a window
 *
 * Lets the user choose videos, and opens them.
 */
void
bb_window_choose_file (BbWindow *self)
{
  g_return_if_fail (BB_IS_WINDOW (self));
}

/**
 * bb_window_get_file:
 * @self: a window
 *
 * Returns: (nullable) (transfer none): the video that is open
 */
GFile *
bb_window_get_file (BbWindow *self)
{
  g_return_val_if_fail (BB_IS_WINDOW (self), NULL);

  return self->file;
}

/**
 * bb_window_get_editor:
 * @self: a window
 *
 * Returns: (transfer none): what tunes the recipe
 */
BbEditor *
bb_window_get_editor (BbWindow *self)
{
  g_return_val_if_fail (BB_IS_WINDOW (self), NULL);

  return self->editor;
}

/**
 * bb_window_get_toasts:
 * @self: a window
 *
 * Returns: (transfer none): where short notices go
 */
AdwToastOverlay *
bb_window_get_toasts (BbWindow *self)
{
  g_return_val_if_fail (BB_IS_WINDOW (self), NULL);

  return self->toasts;
}

/**
 * bb_window_get_queue_sheet:
 * @self: a window
 *
 * Returns: (transfer none): the place of the render queue: its bar and, drawn up, its list
 */
AdwBottomSheet *
bb_window_get_queue_sheet (BbWindow *self)
{
  g_return_val_if_fail (BB_IS_WINDOW (self), NULL);

  return self->queue_sheet;
}
