/* bb-leftover-page.c: what unfinished exports take on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-leftover-page.h"

#include "bb-toast.h"
#include "blurbox.h"

#include <glib/gi18n.h>

/**
 * BbLeftoverPage:
 *
 * Lists what stopped exports have left in some folders, and removes it. The disk is read and cleared on
 * threads.
 */
struct _BbLeftoverPage {
  AdwNavigationPage parent_instance;

  GStrv folders;
  GPtrArray *found; /* of BbLeftover */
  GPtrArray *rows;
  GCancellable *cancellable;
  char *summary;

  GtkStack *stack;
  AdwPreferencesGroup *group;
  GtkWidget *all_row;
};

enum { PROP_SUMMARY = 1, N_PROPERTIES };

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (BbLeftoverPage, bb_leftover_page, ADW_TYPE_NAVIGATION_PAGE)

static void reload (BbLeftoverPage *self);

static void
remove_thread (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  GPtrArray *paths = task_data;
  GError *first = NULL;

  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!bb_leftover_remove (paths->pdata[i], &error) && first == NULL)
        first = g_steal_pointer (&error);
    }
  if (first != NULL)
    g_task_return_error (task, first);
  else
    g_task_return_boolean (task, TRUE);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BbLeftoverPage *self = BB_LEFTOVER_PAGE (source);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error) && self->stack != NULL)
    bb_toast_show (GTK_WIDGET (self->stack), error->message);
  reload (self);
}

static void
response_cb (AdwAlertDialog *question, const char *response, gpointer user_data)
{
  BbLeftoverPage *self = BB_LEFTOVER_PAGE (user_data);
  GPtrArray *paths = g_object_get_data (G_OBJECT (question), "paths");
  g_autoptr (GTask) task = NULL;

  if (!g_str_equal (response, "remove"))
    return;
  task = g_task_new (self, NULL, removed_cb, NULL);
  g_task_set_source_tag (task, response_cb);
  g_task_set_task_data (task, g_ptr_array_ref (paths), (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (task, remove_thread);
}

/* Takes @paths over. */
static void
ask (BbLeftoverPage *self, GPtrArray *paths, guint64 bytes)
{
  g_autofree char *size = g_format_size (bytes);
  AdwDialog *question = adw_alert_dialog_new (_ ("Remove What Is Left?"), NULL);

  adw_alert_dialog_format_body (
    ADW_ALERT_DIALOG (question),
    /* Translators: a size, such as 1.2 GB */
    _ ("%s will be free. What is done is lost: exported again, it begins "
       "anew."),
    size);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (question), "keep", _ ("_Keep"), "remove",
                                  _ ("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (question), "remove",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (question), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (question), "keep");
  g_object_set_data_full (G_OBJECT (question), "paths", paths, (GDestroyNotify) g_ptr_array_unref);
  g_signal_connect_object (question, "response", G_CALLBACK (response_cb), self, 0);
  adw_dialog_present (question, GTK_WIDGET (self));
}

static void
ask_for (BbLeftoverPage *self, const BbLeftover *only)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  guint64 bytes = 0;

  for (guint i = 0; i < self->found->len; i++)
    {
      const BbLeftover *leftover = self->found->pdata[i];

      if (leftover->in_use || (only != NULL && leftover != only))
        continue;
      for (guint j = 0; j < leftover->paths->len; j++)
        g_ptr_array_add (paths, g_strdup (leftover->paths->pdata[j]));
      bytes += leftover->bytes;
    }
  ask (self, paths, bytes);
}

static void
all_cb (AdwButtonRow *row, gpointer user_data)
{
  ask_for (BB_LEFTOVER_PAGE (user_data), NULL);
}

static void
one_cb (GtkButton *button, gpointer user_data)
{
  ask_for (BB_LEFTOVER_PAGE (user_data), g_object_get_data (G_OBJECT (button), "leftover"));
}

static GtkWidget *
create_row (BbLeftoverPage *self, BbLeftover *leftover)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *folder = g_path_get_dirname (leftover->paths->pdata[0]);
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *size = g_format_size (leftover->bytes);
  g_autofree char *subtitle =
    g_strdup_printf (leftover->in_use
                       /* Translators: a size, such as 1.2 GB, and a folder */
                       ? _ ("%s · being written · %s")
                       /* Translators: a size, such as 1.2 GB, and a folder */
                       : _ ("%s · %s"),
                     size, shown);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), leftover->name);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
  gtk_widget_set_tooltip_text (row, shown);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _ ("Remove"));
  gtk_widget_set_sensitive (button, !leftover->in_use);
  g_object_set_data (G_OBJECT (button), "leftover", leftover);
  g_signal_connect_object (button, "clicked", G_CALLBACK (one_cb), self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static char *
summarize (GPtrArray *found)
{
  g_autofree char *size = NULL;
  guint64 bytes = 0;

  if (found->len == 0)
    return g_strdup (_ ("None"));
  for (guint i = 0; i < found->len; i++)
    bytes += ((const BbLeftover *) found->pdata[i])->bytes;
  size = g_format_size (bytes);
  return g_strdup_printf (
    /* Translators: of unfinished exports; a size, such as 1.2 GB, and how many */
    ngettext ("%s in %u export", "%s in %u exports", found->len), size, found->len);
}

/* Takes @found over. */
static void
show (BbLeftoverPage *self, GPtrArray *found)
{
  gboolean removable = FALSE;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_unref (self->found);
  self->found = found;
  for (guint i = 0; i < found->len; i++)
    {
      GtkWidget *row = create_row (self, found->pdata[i]);

      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
      removable = removable || !((const BbLeftover *) found->pdata[i])->in_use;
    }
  gtk_widget_set_sensitive (self->all_row, removable);
  gtk_stack_set_visible_child_name (self->stack, found->len > 0 ? "list" : "empty");
  g_free (self->summary);
  self->summary = summarize (found);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const BbLeftover *leftover_a = a;
  const BbLeftover *leftover_b = b;

  return (leftover_a->bytes < leftover_b->bytes) - (leftover_a->bytes > leftover_b->bytes);
}

static void
list_thread (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_leftover_free);
  g_autofree char *cache = bb_render_get_cache_folder ();

  g_ptr_array_extend_and_steal (found, bb_leftover_list (cache));
  for (char **uri = task_data; *uri != NULL; uri++)
    {
      g_autoptr (GFile) folder = g_file_new_for_uri (*uri);

      if (g_file_peek_path (folder) != NULL)
        g_ptr_array_extend_and_steal (found, bb_leftover_list (g_file_peek_path (folder)));
    }
  g_ptr_array_sort_values (found, compare);
  g_task_return_pointer (task, found, (GDestroyNotify) g_ptr_array_unref);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GPtrArray *found = g_task_propagate_pointer (G_TASK (result), NULL);

  if (found != NULL)
    show (BB_LEFTOVER_PAGE (source), found);
}

static void
reload (BbLeftoverPage *self)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, listed_cb, NULL);

  g_task_set_source_tag (task, reload);
  g_task_set_task_data (task, g_strdupv (self->folders), (GDestroyNotify) g_strfreev);
  g_task_run_in_thread (task, list_thread);
}

static void
bb_leftover_page_dispose (GObject *object)
{
  BbLeftoverPage *self = BB_LEFTOVER_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_LEFTOVER_PAGE);

  G_OBJECT_CLASS (bb_leftover_page_parent_class)->dispose (object);
}

static void
bb_leftover_page_finalize (GObject *object)
{
  BbLeftoverPage *self = BB_LEFTOVER_PAGE (object);

  g_strfreev (self->folders);
  g_ptr_array_unref (self->found);
  g_ptr_array_unref (self->rows);
  g_object_unref (self->cancellable);
  g_free (self->summary);

  G_OBJECT_CLASS (bb_leftover_page_parent_class)->finalize (object);
}

static void
bb_leftover_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SUMMARY)
    g_value_set_string (value, BB_LEFTOVER_PAGE (object)->summary);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
bb_leftover_page_class_init (BbLeftoverPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bb_leftover_page_dispose;
  object_class->finalize = bb_leftover_page_finalize;
  object_class->get_property = bb_leftover_page_get_property;

  /**
   * BbLeftoverPage:summary:
   *
   * What all of it takes, a line for people.
   */
  properties[PROP_SUMMARY] =
    g_param_spec_string ("summary", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-leftover-page.ui");
  gtk_widget_class_bind_template_child (widget_class, BbLeftoverPage, stack);
  gtk_widget_class_bind_template_child (widget_class, BbLeftoverPage, group);
  gtk_widget_class_bind_template_child (widget_class, BbLeftoverPage, all_row);
  gtk_widget_class_bind_template_callback (widget_class, all_cb);
}

static void
bb_leftover_page_init (BbLeftoverPage *self)
{
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_leftover_free);
  self->rows = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  self->summary = g_strdup (_ ("Looking…"));
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * bb_leftover_page_new:
 * @folders: (array zero-terminated=1): URIs of the folders to look into
 *
 * Returns: (transfer floating): a page
 */
BbLeftoverPage *
bb_leftover_page_new (const char *const *folders)
{
  BbLeftoverPage *self = g_object_new (BB_TYPE_LEFTOVER_PAGE, NULL);

  self->folders = g_strdupv ((char **) folders);
  reload (self);
  return self;
}
