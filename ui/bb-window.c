/* bb-window.c: the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

#include "bb-announce.h"
#include "bb-file-name.h"
#include "bb-preset-popover.h"
#include "bb-renderer.h"
#include "bb-shortcuts.h"
#include "bb-texture.h"
#include "bb-toast.h"

#include <glib/gi18n.h>

/**
 * BbWindow:
 *
 * Shows one video and the recipe for it: a preview of the picture, what plays it below, the settings
 * beside. Its commands are in `bb-window-actions.c`.
 */
G_DEFINE_FINAL_TYPE (BbWindow, bb_window, ADW_TYPE_APPLICATION_WINDOW)

enum { PROP_0, PROP_HAS_CLIP, N_PROPS };

static GParamSpec *props[N_PROPS];

static void
banner_button_cb (AdwBanner *banner, gpointer user_data)
{
  adw_banner_set_revealed (banner, FALSE);
}

/**
 * bb_window_show_problem:
 * @self: a window
 * @text: what failed, one or more sentences
 *
 * Says it over the clip if there is one, else in its place.
 */
void
bb_window_show_problem (BbWindow *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  if (self->has_clip)
    {
      adw_banner_set_title (self->banner, escaped);
      adw_banner_set_revealed (self->banner, TRUE);
    }
  else
    {
      adw_status_page_set_description (self->failed_page, escaped);
      gtk_stack_set_visible_child_name (self->stack, "failed");
    }
  bb_announce (GTK_WIDGET (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static void
picture_cb (BbWindow *self)
{
  /* The picture before: this one is a texture once it is drawn, which it may never be. */
  GdkTexture *texture = bb_picture_paintable_get_drawn (bb_canvas_get_paintable (self->canvas));

  if (texture != NULL)
    {
      g_autofree char *path = bb_texture_describe_path (texture);

      bb_performance_group_set_path (bb_sidebar_get_performance_group (self->sidebar), path);
    }
  bb_canvas_set_pictures (self->canvas, bb_player_get_picture (self->player),
                          bb_player_get_compared (self->player));
  bb_window_show_difference (self, bb_player_get_picture (self->player));
}

static void
failed_cb (BbWindow *self, GError *error)
{
  bb_window_show_problem (self, error->message);
}

static void
wanted_size_cb (BbWindow *self)
{
  BbPlayerSettings settings;
  int width, height;

  bb_canvas_get_wanted_size (self->canvas, &width, &height);
  /* Before the canvas has a place: about that, rather than a first picture of the full size. */
  if (width == 0)
    {
      width = gtk_widget_get_width (GTK_WIDGET (self->stack));
      height = gtk_widget_get_height (GTK_WIDGET (self->stack));
    }
  if (self->player == NULL || width <= 0)
    return;
  settings = *bb_player_get_settings (self->player);
  settings.width = width;
  settings.height = height;
  bb_player_set_settings (self->player, &settings);
}

static void
settings_cb (BbWindow *self)
{
  BbPlayerSettings settings;

  if (self->player == NULL)
    return;
  settings = *bb_player_get_settings (self->player);
  settings.loop = g_settings_get_boolean (self->settings, "loop");
  settings.muted = g_settings_get_boolean (self->settings, "mute");
  settings.quieter = 1.0 - g_settings_get_double (self->settings, "volume");
  settings.present_options = bb_renderer_get_present_options ();
  bb_player_set_settings (self->player, &settings);
}

static void
guides_cb (BbWindow *self)
{
  g_autofree char *id = g_settings_get_string (self->settings, "guides");

  bb_canvas_set_guides (self->canvas, bb_guides_find (id));
}

/* Not there from the beginning, so that the window is on screen sooner. */
static BbSidebar *
ensure_sidebar (BbWindow *self)
{
  if (self->sidebar != NULL)
    return self->sidebar;
  self->sidebar = g_object_new (BB_TYPE_SIDEBAR, NULL);
  bb_sidebar_set_editor (self->sidebar, self->editor);
  g_settings_bind (self->settings, "guides", self->sidebar, "guides", G_SETTINGS_BIND_DEFAULT);
  adw_toolbar_view_set_content (self->sidebar_view, GTK_WIDGET (self->sidebar));
  return self->sidebar;
}

/**
 * bb_window_ensure_player:
 * @self: a window
 *
 * Makes the player if there is none yet: it starts threads, and a window without a file needs none.
 *
 * Returns: (transfer none): the player
 */
BbPlayer *
bb_window_ensure_player (BbWindow *self)
{
  if (self->player != NULL)
    return self->player;
  self->player = bb_player_new ();
  g_signal_connect_object (self->player, "picture", G_CALLBACK (picture_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->player, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->player, "notify::playing", G_CALLBACK (bb_window_update_actions),
                           self, G_CONNECT_SWAPPED);
  settings_cb (self);
  wanted_size_cb (self);
  bb_window_add_shuttle (self);
  bb_transport_set_player (self->transport, self->player);
  bb_performance_group_set_player (bb_sidebar_get_performance_group (ensure_sidebar (self)),
                                   self->player);
  return self->player;
}

/* Whether the first frame is or was laid out; nothing can move before. */
static gboolean
is_laid_out (BbWindow *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self->split_view)) > 0;
}

static void
show_sidebar (BbWindow *self)
{
  /* To slide it in, libadwaita divides by its width. */
  self->sidebar_waits = !is_laid_out (self);
  if (!self->sidebar_waits && !adw_overlay_split_view_get_collapsed (self->split_view))
    adw_overlay_split_view_set_show_sidebar (self->split_view, TRUE);
}

/* Has a clip that was opened seen, whatever lies over its place. */
static void
uncover (BbWindow *self)
{
  adw_bottom_sheet_set_open (self->queue_sheet, FALSE);
  if (adw_overlay_split_view_get_collapsed (self->split_view))
    adw_overlay_split_view_set_show_sidebar (self->split_view, FALSE);
  /* So that the keys that play and step do, and not the button that opened the file. A dialog keeps
   * the focus. */
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static void
set_has_clip (BbWindow *self, gboolean has_clip)
{
  gboolean had = self->has_clip;

  self->has_clip = has_clip;
  if (!has_clip)
    bb_export_presenter_set_file (self->export_presenter, NULL);
  bb_window_update_actions (self);
  if (had != has_clip)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HAS_CLIP]);
}

/* The video that the player has opened is one of the list, and the one to show there. */
static void
take_clip (BbWindow *self, BbClip *clip, GFile *file)
{
  /* What is open already is not opened once more. */
  self->adding = TRUE;
  if (clip == NULL)
    bb_project_add (self->project, &file, 1, G_MAXUINT);
  self->adding = FALSE;
  g_set_object (&self->shown, bb_project_get_current (self->project));
}

/**
 * bb_window_show_clip:
 * @self: a window
 * @clip: (nullable): the video of the list that the player has opened
 * @file: (nullable): where it is not in the list yet
 *
 * Shows the video that the player has opened in place of the one before.
 */
void
bb_window_show_clip (BbWindow *self, BbClip *clip, GFile *file)
{
  const BbPlayerSource *source = bb_player_get_source (self->player);
  g_autoptr (GFile) folder = NULL;
  g_autofree char *name = NULL;
  gboolean first = !self->has_clip;

  take_clip (self, clip, file);
  file = bb_player_get_file (self->player);
  folder = g_file_get_parent (file);
  name = bb_file_get_name (file);
  if (folder != NULL)
    {
      g_autofree char *uri = g_file_get_uri (folder);

      g_settings_set_string (self->settings, "last-folder", uri);
    }
  bb_recent_list_add (file);
  bb_export_presenter_set_file (self->export_presenter, file);
  gtk_window_set_title (GTK_WINDOW (self), name);
  adw_window_title_set_title (self->window_title, name);
  bb_window_describe_clip (self);
  bb_window_set_cropping (self, FALSE);
  bb_canvas_set_pictures (self->canvas, NULL, NULL);
  bb_canvas_set_source (self->canvas, source->width, source->height);
  bb_window_show_recipe (self);
  bb_transport_set_clip (self->transport, source);
  adw_banner_set_revealed (self->banner, FALSE);
  /* Who started the program with a clip need not see it without. */
  gtk_stack_set_visible_child_full (self->stack, "clip",
                                    is_laid_out (self) ? gtk_stack_get_transition_type (self->stack)
                                                       : GTK_STACK_TRANSITION_TYPE_NONE);
  if (first)
    {
      gtk_widget_set_visible (self->presets_button, TRUE);
      show_sidebar (self);
      bb_performance_group_list_devices (bb_sidebar_get_performance_group (self->sidebar));
    }
  set_has_clip (self, TRUE);
  uncover (self);
  bb_window_preload (self);
  if (g_settings_get_boolean (self->settings, "play-on-open"))
    bb_player_play (self->player);
}

/**
 * bb_window_show_failed:
 * @self: a window
 * @text: why the video cannot be shown that the list says is, a sentence
 *
 * Says it in the place of the picture.
 */
void
bb_window_show_failed (BbWindow *self, const char *text)
{
  BbClip *clip = bb_project_get_current (self->project);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_clear_object (&self->shown);
  if (self->player != NULL)
    bb_player_pause (self->player);
  if (clip != NULL)
    {
      gtk_window_set_title (GTK_WINDOW (self), bb_clip_get_name (clip));
      adw_window_title_set_title (self->window_title, bb_clip_get_name (clip));
      adw_window_title_set_subtitle (self->window_title, NULL);
    }
  set_has_clip (self, FALSE);
  adw_status_page_set_description (self->failed_page, escaped);
  gtk_stack_set_visible_child_name (self->stack, "failed");
  bb_announce (GTK_WIDGET (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

/* The last video was taken out of the list. */
static void
show_nothing (BbWindow *self)
{
  bb_window_stop_opening (self);
  g_clear_object (&self->shown);
  if (self->player != NULL)
    bb_player_pause (self->player);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Blurbox"));
  adw_window_title_set_title (self->window_title, _ ("Blurbox"));
  adw_window_title_set_subtitle (self->window_title, NULL);
  set_has_clip (self, FALSE);
  gtk_stack_set_visible_child_name (self->stack, "empty");
}

/* The list says which video is shown. */
static void
current_cb (BbWindow *self)
{
  BbClip *clip = bb_project_get_current (self->project);

  bb_window_set_cropping (self, FALSE);
  if (clip == NULL)
    show_nothing (self);
  else if (clip != self->shown && !self->adding)
    bb_window_open_clip (self, clip);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  for (GSList *l = gdk_file_list_get_files (g_value_get_boxed (value)); l != NULL; l = l->next)
    g_ptr_array_add (files, l->data);
  if (files->len == 0)
    return FALSE;
  bb_window_open (self, (GFile *const *) files->pdata, files->len);
  return TRUE;
}

/* What would keep the window from being there at once. */
static gboolean
idle_cb (gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  /* It may have been closed meanwhile. */
  if (self->recent_list == NULL)
    return G_SOURCE_REMOVE;
  bb_recent_list_load (self->recent_list);
  ensure_sidebar (self);
  bb_window_offer_session (self);
  return G_SOURCE_REMOVE;
}

static void
after_paint_cb (GdkFrameClock *clock, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  if (!is_laid_out (self))
    return;
  g_signal_handlers_disconnect_by_func (clock, after_paint_cb, user_data);
  g_debug ("The first frame was painted");
  if (self->sidebar_waits)
    show_sidebar (self);
  g_idle_add_full (G_PRIORITY_LOW, idle_cb, g_object_ref (self), g_object_unref);
}

static void
bb_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bb_window_parent_class)->realize (widget);

  bb_renderer_announce (GTK_NATIVE (widget));
  g_signal_connect_object (gtk_widget_get_frame_clock (widget), "after-paint",
                           G_CALLBACK (after_paint_cb), widget, 0);
}

static void
bb_window_unrealize (GtkWidget *widget)
{
  bb_window_save_recipe (BB_WINDOW (widget));

  GTK_WIDGET_CLASS (bb_window_parent_class)->unrealize (widget);
}

static void
bb_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_HAS_CLIP:
      g_value_set_boolean (value, BB_WINDOW (object)->has_clip);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_window_dispose (GObject *object)
{
  BbWindow *self = BB_WINDOW (object);

  bb_window_stop_opening (self);
  if (self->prober != NULL)
    bb_prober_stop (self->prober);
  if (self->session != NULL)
    bb_session_close (self->session);
  g_clear_handle_id (&self->loading_timeout, g_source_remove);
  g_clear_handle_id (&self->preload_timeout, g_source_remove);
  if (self->player != NULL)
    {
      bb_transport_set_player (self->transport, NULL);
      g_clear_object (&self->shuttle);
      bb_performance_group_set_player (bb_sidebar_get_performance_group (self->sidebar), NULL);
      bb_player_close (self->player);
      g_clear_object (&self->player);
    }
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_WINDOW);
  g_clear_object (&self->settings);
  g_clear_object (&self->export_manager);
  g_clear_object (&self->shown);
  g_clear_object (&self->prober);
  g_clear_object (&self->session);
  g_clear_object (&self->project_file);
  self->project = NULL;
  g_clear_object (&self->editor);
  g_clear_object (&self->presets);
  g_clear_pointer (&self->chosen_preset, g_free);
  g_clear_pointer (&self->preset_before, g_free);
  g_clear_pointer (&self->look_before, bb_recipe_unref);
  bb_window_forget_toasts (self);
  g_clear_object (&self->export_presenter);

  G_OBJECT_CLASS (bb_window_parent_class)->dispose (object);
}

static void
bb_window_finalize (GObject *object)
{
  BbWindow *self = BB_WINDOW (object);

  g_ptr_array_unref (self->added);

  G_OBJECT_CLASS (bb_window_parent_class)->finalize (object);
}

static void
bb_window_class_init (BbWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = bb_window_get_property;
  object_class->dispose = bb_window_dispose;
  object_class->finalize = bb_window_finalize;
  widget_class->realize = bb_window_realize;
  widget_class->unrealize = bb_window_unrealize;

  props[PROP_HAS_CLIP] =
    g_param_spec_boolean ("has-clip", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (BB_TYPE_CANVAS);
  g_type_ensure (BB_TYPE_CLIP_STRIP);
  g_type_ensure (BB_TYPE_PRESET_POPOVER);
  g_type_ensure (BB_TYPE_RECENT_LIST);
  g_type_ensure (BB_TYPE_TRANSPORT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BbWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, preview_toasts);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, queue_sheet);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, split_view);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, window_title);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, drop_area);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, failed_page);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, recent_list);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, go_on_button);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, preview);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, canvas);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, transport);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, strip);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, sidebar_view);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, presets_button);
  gtk_widget_class_bind_template_child (widget_class, BbWindow, preset_popover);
  gtk_widget_class_bind_template_callback (widget_class, banner_button_cb);
}

static void
bb_window_init (BbWindow *self)
{
  GtkWidget *places[2];

  self->editor = bb_editor_new ();
  self->project = bb_editor_get_project (self->editor);
  self->direction = 1;
  self->added = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  bb_canvas_set_editor (self->canvas, self->editor);
  bb_transport_set_editor (self->transport, self->editor);
  bb_clip_strip_set_project (self->strip, self->project);
  g_signal_connect_object (self->project, "notify::current", G_CALLBACK (current_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "notify::recipe", G_CALLBACK (bb_window_show_recipe), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "wanted-size-changed", G_CALLBACK (wanted_size_cb), self,
                           G_CONNECT_SWAPPED);
  places[0] = self->drop_area;
  places[1] = GTK_WIDGET (self->strip);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

      g_signal_connect (drop, "drop", G_CALLBACK (drop_cb), self);
      gtk_widget_add_controller (places[i], GTK_EVENT_CONTROLLER (drop));
    }
  bb_window_add_actions (self);
  bb_window_add_clip_actions (self);
  bb_window_add_project_actions (self);
  bb_window_follow_transport (self);
  bb_shortcuts_add_keys (ADW_APPLICATION_WINDOW (self));
}

static void
toast_cb (BbWindow *self, AdwToast *toast)
{
  bb_window_add_toast (self, g_object_ref (toast));
}

static void
add_setting_action (BbWindow *self, const char *key)
{
  g_autoptr (GAction) action = g_settings_create_action (self->settings, key);

  g_action_map_add_action (G_ACTION_MAP (self), action);
}

/**
 * bb_window_new:
 * @application: the application
 * @settings: what the user set
 * @export_manager: the exports of the application
 *
 * Returns: (transfer none): a window without a video
 */
BbWindow *
bb_window_new (GtkApplication *application, GSettings *settings, BbExportManager *export_manager)
{
  BbWindow *self = g_object_new (BB_TYPE_WINDOW, "application", application, NULL);

  self->settings = g_object_ref (settings);
  self->export_manager = g_object_ref (export_manager);
  self->export_presenter =
    bb_export_presenter_new (ADW_APPLICATION_WINDOW (self), export_manager, self->editor, settings,
                             self->strip, self->queue_sheet);
  g_signal_connect_object (self->export_presenter, "toast", G_CALLBACK (toast_cb), self,
                           G_CONNECT_SWAPPED);
  g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  add_setting_action (self, "guides");
  add_setting_action (self, "loop");
  add_setting_action (self, "mute");
  add_setting_action (self, "volume");
  g_signal_connect_object (settings, "changed::guides", G_CALLBACK (guides_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::loop", G_CALLBACK (settings_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::mute", G_CALLBACK (settings_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::volume", G_CALLBACK (settings_cb), self,
                           G_CONNECT_SWAPPED);
  guides_cb (self);
  bb_window_begin_session (self);
  bb_window_watch_clips (self);
  return self;
}

/**
 * bb_window_show_toast:
 * @self: a window
 * @text: one sentence
 *
 * Shows a short notice for a while, and has it read aloud.
 */
void
bb_window_show_toast (BbWindow *self, const char *text)
{
  bb_window_add_toast (self, bb_toast_new (text));
  bb_announce (GTK_WIDGET (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

/**
 * bb_window_add_toast:
 * @self: a window
 * @toast: (transfer full): a notice
 *
 * Shows a notice where it covers nothing that is needed, and nothing covers it: over the picture and
 * above the controls, or over everything where a sheet or the settings lie on the picture.
 */
void
bb_window_add_toast (BbWindow *self, AdwToast *toast)
{
  gboolean covered;

  g_return_if_fail (BB_IS_WINDOW (self));

  covered = adw_bottom_sheet_get_open (self->queue_sheet) ||
            (adw_overlay_split_view_get_collapsed (self->split_view) &&
             adw_overlay_split_view_get_show_sidebar (self->split_view));
  if (!self->has_clip || covered)
    bb_window_lift_toasts (self);
  adw_toast_overlay_add_toast (self->has_clip && !covered ? self->preview_toasts : self->toasts,
                               toast);
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

  return self->player != NULL ? bb_player_get_file (self->player) : NULL;
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
 * bb_window_get_player:
 * @self: a window
 *
 * Returns: (nullable) (transfer none): what plays; %NULL before the first file is opened
 */
BbPlayer *
bb_window_get_player (BbWindow *self)
{
  g_return_val_if_fail (BB_IS_WINDOW (self), NULL);

  return self->player;
}

/**
 * bb_window_get_gpu_problem:
 * @self: a window
 *
 * Returns: (nullable): why no GPU can be used, a sentence; %NULL where one can, and until that is known
 */
const char *
bb_window_get_gpu_problem (BbWindow *self)
{
  g_return_val_if_fail (BB_IS_WINDOW (self), NULL);

  return self->sidebar != NULL
           ? bb_performance_group_get_problem (bb_sidebar_get_performance_group (self->sidebar))
           : NULL;
}

/**
 * bb_window_get_presets:
 * @self: a window
 *
 * Returns: (transfer none): the presets
 */
BbPresets *
bb_window_get_presets (BbWindow *self)
{
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (BB_IS_WINDOW (self), NULL);

  if (self->presets == NULL)
    {
      self->presets = bb_presets_new (NULL);
      if (!bb_presets_load (self->presets, &error))
        g_info ("Presets: %s", error->message);
    }
  return self->presets;
}

/**
 * bb_window_get_canvas:
 * @self: a window
 *
 * Returns: (transfer none): what shows the picture
 */
BbCanvas *
bb_window_get_canvas (BbWindow *self)
{
  g_return_val_if_fail (BB_IS_WINDOW (self), NULL);

  return self->canvas;
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
