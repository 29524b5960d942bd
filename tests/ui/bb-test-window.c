/* bb-test-window.c: a window for tests to drive
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-window.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static BbApplication *application;
static GPtrArray *announced;

BbApplication *
bb_test_get_application (void)
{
  return application;
}

static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  if (g_str_has_prefix (message, "Announced: "))
    g_ptr_array_add (announced, g_strdup (message + strlen ("Announced: ")));
  g_log_default_handler (domain, level, message, NULL);
}

/* In place of a window: the tests make their own. */
static void
activate_cb (GApplication *app, gpointer user_data)
{
  g_signal_stop_emission_by_name (app, "activate");
  g_application_hold (app);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  *(int *) user_data = g_test_run ();
  g_application_release (app);
}

/* Makes the application, runs the tests in it, and looks whether it goes. */
int
bb_test_window_run (int *argc, char ***argv, void (*add_tests) (void))
{
  int result = 1;

  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (argc, argv, NULL);
  g_set_application_name ("Blurbox");
  bb_test_media_init ();
  announced = g_ptr_array_new_with_free_func (g_free);
  g_log_set_handler ("Blurbox", G_LOG_LEVEL_DEBUG, log_cb, NULL);
  add_tests ();
  application = bb_application_new ();
  g_object_add_weak_pointer (G_OBJECT (application), (gpointer *) &application);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), &result);
  g_application_run (G_APPLICATION (application), 0, NULL);
  g_object_unref (application);
  g_assert_null (application);
  g_ptr_array_unref (announced);
  bb_test_media_cleanup ();
  return result;
}

static gboolean
idle_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Lets everything run that is due. */
void
bb_test_settle (void)
{
  gboolean idle = FALSE;

  g_idle_add_full (G_PRIORITY_LOW + 1, idle_cb, &idle, NULL);
  BB_TEST_WAIT (idle);
}

static void
after_paint_cb (GdkFrameClock *clock, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Waits until what was asked for so far is laid out and painted. */
void
bb_test_wait_for_paint (gpointer window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  gboolean painted = FALSE;

  g_signal_connect (clock, "after-paint", G_CALLBACK (after_paint_cb), &painted);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
  BB_TEST_WAIT (painted);
  g_signal_handlers_disconnect_by_data (clock, &painted);
}

static void
count_layout_cb (GdkSurface *surface, int width, int height, gpointer user_data)
{
  ++*(guint *) user_data;
}

/* Has @n count the layouts of a window from now on. */
void
bb_test_count_layouts (GtkWindow *window, guint *n)
{
  g_signal_connect (gtk_native_get_surface (GTK_NATIVE (window)), "layout",
                    G_CALLBACK (count_layout_cb), n);
}

/* A window that is not presented yet */
BbWindow *
bb_test_window_new_hidden (void)
{
  return bb_window_new (GTK_APPLICATION (application), bb_application_get_settings (application),
                        bb_application_get_export_manager (application));
}

BbWindow *
bb_test_window_new (void)
{
  BbWindow *window = bb_test_window_new_hidden ();

  gtk_window_present (GTK_WINDOW (window));
  BB_TEST_WAIT (gtk_widget_get_mapped (GTK_WIDGET (window)) &&
                gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  bb_test_settle ();
  return window;
}

static void
gone_cb (gpointer user_data, GObject *where)
{
  *(gboolean *) user_data = TRUE;
}

/* Closes a window, and waits until it and its player are finalized. */
void
bb_test_window_close (BbWindow *window)
{
  BbPlayer *player = bb_window_get_player (window);
  BbEditor *editor = bb_window_get_editor (window);
  gboolean window_gone = FALSE;
  gboolean editor_gone = FALSE;
  gboolean player_gone = player == NULL;

  g_object_weak_ref (G_OBJECT (window), gone_cb, &window_gone);
  g_object_weak_ref (G_OBJECT (editor), gone_cb, &editor_gone);
  if (player != NULL)
    g_object_weak_ref (G_OBJECT (player), gone_cb, &player_gone);
  gtk_window_close (GTK_WINDOW (window));
  BB_TEST_WAIT (window_gone);
  BB_TEST_WAIT (editor_gone);
  BB_TEST_WAIT (player_gone);
}

/* Takes out what waits and cancels what runs. */
void
bb_test_abandon_exports (BbQueue *queue)
{
  GListModel *model = G_LIST_MODEL (queue);

  for (guint i = g_list_model_get_n_items (model); i > 0; i--)
    {
      g_autoptr (BbJob) job = g_list_model_get_item (model, i - 1);

      if (bb_job_get_state (job) == BB_JOB_WAITING)
        bb_queue_remove (queue, job);
    }
  bb_queue_cancel (queue);
}

/* Returns: (transfer full): a clip of 4 s with sound, made once. 320x180, BT.709 */
char *
bb_test_clip (void)
{
  char *path = bb_test_media_path ("clip.mp4");

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *output = bb_test_ffmpeg (
        "-f lavfi -i testsrc2=s=320x180:r=25:d=4 -f lavfi -i sine=d=4 -shortest "
        "-vf scale=out_color_matrix=bt709:out_range=tv -pix_fmt yuv420p -color_range tv "
        "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -chroma_sample_location left "
        "-c:v libx264 -preset ultrafast -g 25 -c:a aac %s",
        "clip.mp4");
    }
  return path;
}

/* Opens a file as another program would ask for it. */
void
bb_test_open (BbWindow *window, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  bb_window_open (window, &file, 1);
}

/* Waits for the picture that shows the recipe as it is now. */
BbPicture *
bb_test_wait_for_picture (BbWindow *window)
{
  BbPlayer *player = bb_window_get_player (window);
  BbEditor *editor = bb_window_get_editor (window);
  BbPicture *picture = NULL;

  /* The recipe may change while this waits, where a drag is not over. */
  BB_TEST_WAIT ((picture = bb_player_get_picture (player)) != NULL &&
                picture->generation >= bb_recipe_get_generation (bb_editor_get_recipe (editor)));
  g_assert_cmpuint (picture->generation, ==,
                    bb_recipe_get_generation (bb_editor_get_recipe (editor)));
  g_assert_true (bb_picture_paintable_get_picture (
                   bb_canvas_get_paintable (bb_window_get_canvas (window))) == picture);
  return picture;
}

void
bb_test_open_clip (BbWindow *window)
{
  g_autofree char *path = bb_test_clip ();
  gboolean has_clip = FALSE;

  bb_test_open (window, path);
  BB_TEST_WAIT ((g_object_get (window, "has-clip", &has_clip, NULL), has_clip));
  bb_test_wait_for_picture (window);
}

/* Activates an action of the window; its parameter is as for g_variant_new(), or NULL. */
void
bb_test_activate (BbWindow *window, const char *action, const char *format, ...)
{
  GVariant *parameter = NULL;
  va_list arguments;

  g_assert_true (g_action_group_has_action (G_ACTION_GROUP (window), action));
  if (format != NULL)
    {
      va_start (arguments, format);
      parameter = g_variant_new_va (format, NULL, &arguments);
      va_end (arguments);
    }
  g_action_group_activate_action (G_ACTION_GROUP (window), action, parameter);
}

gboolean
bb_test_is_enabled (BbWindow *window, const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (window), action);
}

GVariant *
bb_test_get_state (BbWindow *window, const char *action)
{
  return g_action_group_get_action_state (G_ACTION_GROUP (window), action);
}

static gboolean
has_value (GtkWidget *widget, const char *property, const char *value)
{
  g_autofree char *text = NULL;

  if (property == NULL)
    return TRUE;
  g_object_get (widget, property, &text, NULL);
  return g_strcmp0 (text, value) == 0;
}

/* Returns: (nullable): the first widget of a type in a widget, whose text property has a value */
GtkWidget *
bb_test_find (gpointer widget, GType type, const char *property, const char *value)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && has_value (widget, property, value))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = bb_test_find (child, type, property, value);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Returns: (nullable): the first widget in a widget that has a CSS class */
GtkWidget *
bb_test_find_css (gpointer widget, const char *css_class)
{
  if (gtk_widget_has_css_class (widget, css_class))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = bb_test_find_css (child, css_class);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Returns: (nullable): what shows a text in a widget */
GtkWidget *
bb_test_find_text (gpointer widget, const char *text)
{
  const char *shown = NULL;

  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (GTK_IS_LABEL (widget))
    shown = gtk_label_get_text (widget);
  else if (GTK_IS_INSCRIPTION (widget))
    shown = gtk_inscription_get_text (widget);
  if (shown != NULL && strstr (shown, text) != NULL)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = bb_test_find_text (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

gboolean
bb_test_shows (gpointer widget, const char *text)
{
  return bb_test_find_text (widget, text) != NULL;
}

/* Returns: (nullable): the dialog over a window */
AdwDialog *
bb_test_get_dialog (BbWindow *window)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window));
}

/* Whether a screen reader was told of it. */
gboolean
bb_test_was_announced (const char *text)
{
  for (guint i = 0; i < announced->len; i++)
    if (strstr (announced->pdata[i], text) != NULL)
      return TRUE;
  return FALSE;
}

void
bb_test_forget_announced (void)
{
  g_ptr_array_set_size (announced, 0);
}

/* Runs xdotool, and lets its events arrive. */
void
bb_test_xdo (const char *format, ...)
{
  g_autofree char *arguments = NULL;
  g_auto (GStrv) argv = NULL;
  g_autofree char *command = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  va_list list;

  va_start (list, format);
  arguments = g_strdup_vprintf (format, list);
  va_end (list);
  command = g_strconcat ("xdotool ", arguments, NULL);
  g_assert_true (g_shell_parse_argv (command, NULL, &argv, &error));
  process =
    g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
}

/* The place of a widget's point on the screen. */
void
bb_test_get_place (GtkWidget *widget, double x, double y, int *screen_x, int *screen_y)
{
  GtkNative *native = gtk_widget_get_native (widget);
  graphene_point_t place;
  double shift_x, shift_y;

  g_assert_true (gtk_widget_compute_point (widget, GTK_WIDGET (native),
                                           &GRAPHENE_POINT_INIT ((float) x, (float) y), &place));
  gtk_native_get_surface_transform (native, &shift_x, &shift_y);
  *screen_x = (int) lrint (place.x + shift_x);
  *screen_y = (int) lrint (place.y + shift_y);
}

/* Drags from one point of a widget to another, in small moves. */
void
bb_test_drag (GtkWidget *widget, double x0, double y0, double x1, double y1)
{
  int x, y;

  bb_test_get_place (widget, x0, y0, &x, &y);
  bb_test_xdo ("mousemove %d %d mousedown 1", x, y);
  for (int i = 1; i <= 10; i++)
    {
      bb_test_get_place (widget, x0 + (x1 - x0) * i / 10, y0 + (y1 - y0) * i / 10, &x, &y);
      bb_test_xdo ("mousemove %d %d", x, y);
      bb_test_settle ();
    }
  bb_test_xdo ("mouseup 1");
  bb_test_settle ();
}
