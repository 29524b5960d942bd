/* bb-shortcuts.c: keyboard shortcuts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-shortcuts.h"

#include <glib/gi18n.h>

/**
 * Shortcut:
 * @group: first of a group where it has a title
 * @title: what it does
 * @action: detailed name of the action; %NULL where a widget sees to the keys itself
 * @keys: accelerators with spaces between
 * @more: another action that shares the row
 * @more_keys: its accelerators
 * @local: whether what has the focus comes first, such as text that is edited or a button
 *
 * One row of the dialog, and what it takes for the keys to work.
 */
typedef struct {
  const char *group;
  const char *title;
  const char *action;
  const char *keys;
  const char *more;
  const char *more_keys;
  gboolean local;
} Shortcut;

static const Shortcut table[] = {
  { .group = N_ ("General"),
    .title = N_ ("Open a video"),
    .action = "app.open",
    .keys = "<Control>o" },
  { .title = N_ ("Save the project"), .action = "win.save-project", .keys = "<Control>s" },
  { .title = N_ ("Export"), .action = "win.export", .keys = "<Control>e" },
  { .title = N_ ("Show or hide the exports"), .action = "win.queue", .keys = "<Control>j" },
  { .title = N_ ("Move an export that waits"), .keys = "<Alt>Up <Alt>Down" },
  { .title = N_ ("Show or hide the settings"), .action = "win.sidebar", .keys = "F9" },
  { .title = N_ ("Main menu"), .keys = "F10" },
  { .title = N_ ("Preferences"), .action = "app.preferences", .keys = "<Control>comma" },
  { .title = N_ ("Keyboard shortcuts"), .action = "app.shortcuts", .keys = "<Control>question" },
  { .title = N_ ("Close the window"), .action = "window.close", .keys = "<Control>w" },
  { .title = N_ ("Quit"), .action = "app.quit", .keys = "<Control>q" },

  { .group = N_ ("Playing"),
    .title = N_ ("Play or pause"),
    .action = "win.play",
    .keys = "space",
    .local = TRUE },
  { .title = N_ ("Previous and next frame"),
    .action = "win.step(-1)",
    .keys = "comma",
    .more = "win.step(1)",
    .more_keys = "period",
    .local = TRUE },
  { .title = N_ ("Begin and end the trim here"),
    .action = "win.mark-start",
    .keys = "i",
    .more = "win.mark-end",
    .more_keys = "o",
    .local = TRUE },
  { .title = N_ ("Type start, end and length of the trim"),
    .action = "win.edit-trim",
    .keys = "t",
    .local = TRUE },
  { .title = N_ ("Play the trim from its start"),
    .action = "win.play-trim",
    .keys = "<Shift>space",
    .local = TRUE },
  { .title = N_ ("Previous and next cut"),
    .action = "win.go-to-cut(-1)",
    .keys = "bracketleft",
    .more = "win.go-to-cut(1)",
    .more_keys = "bracketright",
    .local = TRUE },
  { .title = N_ ("Zoom the timeline in and out"),
    .action = "win.timeline-zoom(1)",
    .keys = "<Control>plus",
    .more = "win.timeline-zoom(-1)",
    .more_keys = "<Control>minus",
    .local = TRUE },
  { .title = N_ ("Show all of the timeline"),
    .action = "win.timeline-zoom(0)",
    .keys = "0",
    .local = TRUE },
  { .title = N_ ("Back, faster each time"),
    .action = "win.shuttle(-1)",
    .keys = "j",
    .local = TRUE },
  { .title = N_ ("Stop; held down, J and L go by a frame"),
    .action = "win.shuttle(0)",
    .keys = "k",
    .local = TRUE },
  { .title = N_ ("Play, faster each time"),
    .action = "win.shuttle(1)",
    .keys = "l",
    .local = TRUE },
  { .title = N_ ("Loop"), .action = "win.loop", .keys = "<Shift>l", .local = TRUE },
  { .title = N_ ("Mute"), .action = "win.mute", .keys = "m", .local = TRUE },
  { .title = N_ ("Louder and quieter"),
    .action = "win.change-volume(0.1)",
    .keys = "<Control>Up",
    .more = "win.change-volume(-0.1)",
    .more_keys = "<Control>Down",
    .local = TRUE },

  { .group = N_ ("Picture"), .title = N_ ("Move by a pixel"), .keys = "Left Right Up Down" },
  { .title = N_ ("Move by ten pixels"), .keys = "<Shift>Left <Shift>Right" },
  { .title = N_ ("Larger and smaller, at the preview"), .keys = "plus minus" },
  { .title = N_ ("Center"), .action = "win.center", .keys = "<Control>0" },
  { .title = N_ ("Fit or fill"), .action = "win.fit-or-fill", .keys = "f", .local = TRUE },
  { .title = N_ ("Rotate right"), .action = "win.rotate-right", .keys = "r", .local = TRUE },
  { .title = N_ ("Rotate left"), .action = "win.rotate-left", .keys = "<Shift>r", .local = TRUE },
  { .title = N_ ("Flip horizontally and vertically"),
    .action = "win.mirror-horizontal",
    .keys = "h",
    .more = "win.mirror-vertical",
    .more_keys = "v",
    .local = TRUE },
  { .title = N_ ("Crop"), .action = "win.crop", .keys = "x", .local = TRUE },
  { .title = N_ ("Compare with the original"),
    .action = "win.compare",
    .keys = "c",
    .local = TRUE },
  { .title = N_ ("Actual size"), .action = "win.actual-size", .keys = "1", .local = TRUE },

  { .group = N_ ("List of Videos"),
    .title = N_ ("Previous and next video"),
    .action = "win.previous-clip",
    .keys = "Page_Up",
    .more = "win.next-clip",
    .more_keys = "Page_Down",
    .local = TRUE },
  { .title = N_ ("Move a video in the list"), .keys = "<Alt>Left <Alt>Right" },
  { .title = N_ ("Remove from the list"), .keys = "Delete" },
  { .title = N_ ("Copy and paste a look"),
    .action = "win.copy-look",
    .keys = "<Control><Shift>c",
    .more = "win.paste-look",
    .more_keys = "<Control><Shift>v" },
  { .title = N_ ("Apply the look to all"),
    .action = "win.apply-to-all",
    .keys = "<Control><Shift>a" },

  { .group = N_ ("Editing"),
    .title = N_ ("Undo"),
    .action = "win.undo",
    .keys = "<Control>z",
    .local = TRUE },
  { .title = N_ ("Redo"),
    .action = "win.redo",
    .keys = "<Control><Shift>z",
    .more = "win.redo",
    .more_keys = "<Control>y",
    .local = TRUE },
};

/**
 * bb_shortcuts_set_accels:
 * @application: the application
 *
 * Binds the keys that work wherever the focus is.
 */
void
bb_shortcuts_set_accels (GtkApplication *application)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].action != NULL && !table[i].local)
      gtk_application_set_accels_for_action (application, table[i].action,
                                             (const char *[]) { table[i].keys, NULL });
}

static void
add_key (GtkShortcutController *controller, const char *detailed_action, const char *key)
{
  GtkShortcut *shortcut;
  g_autofree char *name = NULL;
  GVariant *target = NULL;

  if (!g_action_parse_detailed_name (detailed_action, &name, &target, NULL))
    g_assert_not_reached ();
  shortcut =
    gtk_shortcut_new (gtk_shortcut_trigger_parse_string (key), gtk_named_action_new (name));
  gtk_shortcut_set_arguments (shortcut, target);
  gtk_shortcut_controller_add_shortcut (controller, shortcut);
  g_clear_pointer (&target, g_variant_unref);
}

/* A dialog has the keys for itself: what they would do lies beneath it. */
static void
dialog_cb (AdwApplicationWindow *window, GParamSpec *pspec, gpointer user_data)
{
  gtk_event_controller_set_propagation_phase (
    user_data,
    adw_application_window_get_visible_dialog (window) != NULL ? GTK_PHASE_NONE : GTK_PHASE_BUBBLE);
}

/* Neither does a letter that is typed at a row of the settings mean what it does at the picture. */
static void
focus_cb (AdwApplicationWindow *window, GParamSpec *pspec, gpointer user_data)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  if (focus != NULL && gtk_widget_get_ancestor (focus, ADW_TYPE_PREFERENCES_ROW) != NULL)
    gtk_event_controller_set_propagation_phase (user_data, GTK_PHASE_NONE);
  else
    dialog_cb (window, NULL, user_data);
}

/* Returns: (nullable): the action that undoes or redoes, where the keys mean that */
static const char *
get_history_action (guint key, GdkModifierType state)
{
  guint lower = gdk_keyval_to_lower (key);

  if ((state & GDK_CONTROL_MASK) == 0 || (state & GDK_ALT_MASK) != 0)
    return NULL;
  if (lower == GDK_KEY_y || (lower == GDK_KEY_z && (state & GDK_SHIFT_MASK) != 0))
    return "win.redo";
  return lower == GDK_KEY_z ? "win.undo" : NULL;
}

typedef struct {
  GtkWidget *row;
  BbShortcutsTakeBackFunc take_back;
} EntryKeys;

static gboolean
entry_key_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
              gpointer user_data)
{
  EntryKeys *keys = user_data;
  const char *action = get_history_action (key, state);

  if (key == GDK_KEY_Escape)
    keys->take_back (keys->row);
  if (action == NULL)
    return GDK_EVENT_PROPAGATE;
  if (!keys->take_back (keys->row))
    gtk_widget_activate_action (keys->row, action, NULL);
  return GDK_EVENT_STOP;
}

static void
free_keys (gpointer data, GClosure *closure)
{
  g_free (data);
}

/**
 * bb_shortcuts_add_entry_keys:
 * @entry: where a value of the settings is typed
 * @row: the row that it is in, or itself
 * @take_back: puts back what is being typed at @row, and says whether there was anything
 *
 * In an entry for a setting, Escape takes back what is being typed; undo and redo do too, and are
 * those of the settings where there is nothing, in place of the text's own.
 */
void
bb_shortcuts_add_entry_keys (GtkWidget *entry, GtkWidget *row, BbShortcutsTakeBackFunc take_back)
{
  GtkEventController *controller = gtk_event_controller_key_new ();
  EntryKeys *keys = g_new0 (EntryKeys, 1);

  keys->row = row;
  keys->take_back = take_back;
  /* Before the text's own history. */
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect_data (controller, "key-pressed", G_CALLBACK (entry_key_cb), keys, free_keys, 0);
  gtk_widget_add_controller (entry, controller);
}

/**
 * bb_shortcuts_add_keys:
 * @window: a window
 *
 * Binds the keys that belong to what has the focus first.
 */
void
bb_shortcuts_add_keys (AdwApplicationWindow *window)
{
  GtkShortcutController *letters = GTK_SHORTCUT_CONTROLLER (gtk_shortcut_controller_new ());
  GtkShortcutController *others = GTK_SHORTCUT_CONTROLLER (gtk_shortcut_controller_new ());

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].local)
      {
        GtkShortcutController *controller = table[i].keys[0] == '<' ? others : letters;

        /* Menus show the last key of an action. */
        if (table[i].more != NULL)
          add_key (controller, table[i].more, table[i].more_keys);
        add_key (controller, table[i].action, table[i].keys);
      }
  g_signal_connect_object (window, "notify::visible-dialog", G_CALLBACK (dialog_cb), others, 0);
  g_signal_connect_object (window, "notify::visible-dialog", G_CALLBACK (focus_cb), letters, 0);
  g_signal_connect_object (window, "notify::focus-widget", G_CALLBACK (focus_cb), letters, 0);
  gtk_widget_add_controller (GTK_WIDGET (window), GTK_EVENT_CONTROLLER (letters));
  gtk_widget_add_controller (GTK_WIDGET (window), GTK_EVENT_CONTROLLER (others));
}

static void
append_labels (GString *text, const char *keys)
{
  g_auto (GStrv) parts = g_strsplit (keys, " ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint key;
      GdkModifierType modifiers;
      g_autofree char *label = NULL;

      if (!gtk_accelerator_parse (parts[i], &key, &modifiers))
        g_assert_not_reached ();
      label = gtk_accelerator_get_label (key, modifiers);
      if (text->len > 0)
        g_string_append (text, "   ");
      g_string_append (text, label);
    }
}

static GtkWidget *
create_row (const Shortcut *shortcut)
{
  GtkWidget *row = adw_action_row_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  GtkWidget *label;

  append_labels (text, shortcut->keys);
  if (shortcut->more_keys != NULL)
    append_labels (text, shortcut->more_keys);
  label = gtk_label_new (text->str);
  gtk_widget_add_css_class (label, "dimmed");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (shortcut->title));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, label,
                                  NULL, -1);
  return row;
}

/**
 * bb_shortcuts_present:
 * @parent: a widget of the window to show it over
 *
 * Shows a dialog that lists the shortcuts.
 */
void
bb_shortcuts_present (GtkWidget *parent)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      if (table[i].group != NULL)
        {
          group = adw_preferences_group_new ();
          adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ (table[i].group));
          adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
        }
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), create_row (&table[i]));
    }
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_dialog_set_title (dialog, _ ("Keyboard Shortcuts"));
  adw_dialog_set_content_width (dialog, 480);
  adw_dialog_set_content_height (dialog, 620);
  adw_dialog_set_child (dialog, view);
  adw_dialog_present (dialog, parent);
}
