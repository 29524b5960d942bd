# SPDX-License-Identifier: GPL-3.0-or-later
# Completes the command line of blurbox in fish.

complete -c blurbox -l version -d 'Show the version'
complete -c blurbox -s h -l help -d 'Show the options'
complete -c blurbox -l help-all -d 'Show all options'
complete -c blurbox -l help-gapplication -d 'Show the options that the desktop uses'
