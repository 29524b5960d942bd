/* bb-recent-list.c: list of recent videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-recent-list.h"

#include "bb-file-name.h"

#include <glib/gi18n.h>

#define MAX_ROWS 5

/**
 * BbRecentList:
 *
 * The last few videos that Blurbox opened and that are still there. Choosing one is the action
 * `app.open-uri`.
 */
struct _BbRecentList {
  AdwBin parent_instance;

  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (BbRecentList, bb_recent_list, ADW_TYPE_BIN)

static int
compare (gconstpointer a, gconstpointer b)
{
  GDateTime *time_a = gtk_recent_info_get_visited (*(GtkRecentInfo **) a);
  GDateTime *time_b = gtk_recent_info_get_visited (*(GtkRecentInfo **) b);

  return g_date_time_compare (time_b, time_a);
}

static GtkWidget *
create_row (GtkRecentInfo *info)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");
  g_autofree char *folder = NULL;
  g_autofree char *shown = gtk_recent_info_get_uri_display (info);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                 gtk_recent_info_get_display_name (info));
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  if (shown != NULL)
    {
      folder = g_path_get_dirname (shown);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), folder);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
    }
  gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "app.open-uri");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", gtk_recent_info_get_uri (info));
  return row;
}

static void
bb_recent_list_class_init (BbRecentListClass *klass)
{
}

static void
bb_recent_list_init (BbRecentList *self)
{
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Recent Videos"), -1);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->list));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/**
 * bb_recent_list_load:
 * @self: a list
 *
 * Reads anew what was opened. Without any the list is not visible.
 */
void
bb_recent_list_load (BbRecentList *self)
{
  GList *items;
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();

  g_return_if_fail (BB_IS_RECENT_LIST (self));

  items = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  for (GList *l = items; l != NULL; l = l->next)
    if (gtk_recent_info_has_application (l->data, g_get_application_name ()) &&
        gtk_recent_info_is_local (l->data))
      g_ptr_array_add (ours, l->data);
  g_ptr_array_sort (ours, compare);

  gtk_list_box_remove_all (self->list);
  for (guint i = 0, n = 0; i < ours->len && n < MAX_ROWS; i++)
    if (gtk_recent_info_exists (ours->pdata[i]))
      {
        gtk_list_box_append (self->list, create_row (ours->pdata[i]));
        n++;
      }
  gtk_widget_set_visible (GTK_WIDGET (self), gtk_list_box_get_row_at_index (self->list, 0) != NULL);
  g_list_free_full (items, (GDestroyNotify) gtk_recent_info_unref);
}

/**
 * bb_recent_list_add:
 * @file: a video that was opened
 *
 * Notes that a video was opened, for this list and those of other programs.
 */
void
bb_recent_list_add (GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);
  g_autofree char *name = bb_file_get_name (file);
  g_autofree char *type = g_content_type_guess (name, NULL, 0, NULL);
  g_autofree char *mime = g_content_type_get_mime_type (type);
  GtkRecentData data = {
    .mime_type = mime != NULL ? mime : (char *) "video/x-generic",
    .app_name = (char *) g_get_application_name (),
    .app_exec = (char *) "blurbox %u",
  };

  gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}
