# SPDX-License-Identifier: GPL-3.0-or-later
# Completes the command line of blurbox-render in fish.

function __blurbox_render_names
    echo auto
    blurbox-render $argv[1] 2>/dev/null | string replace -r ' .*' ''
end

complete -c blurbox-render -s o -l output -rF -d 'File to write, or folder'
complete -c blurbox-render -l and -d 'Make another file of the same input'
complete -c blurbox-render -l overwrite -d 'Replace files that are there'
complete -c blurbox-render -l recipe -rF -d 'Start from a saved recipe'
complete -c blurbox-render -l save-recipe -rF -d 'Save what the options say as a recipe'
complete -c blurbox-render -l stats -rF -d 'Write figures of the render as JSON'

complete -c blurbox-render -l size -x -a '1080x1920 1080x1350 1080x1080 1920x1080 720x1280 2160x3840' -d 'Width and height of the canvas'
complete -c blurbox-render -l aspect -x -a '9:16 4:5 1:1 4:3 16:9 21:9' -d 'Shape of the canvas'

complete -c blurbox-render -l zoom -x -d '0 fits the picture in, 1 fills the canvas, -0.9 to 8'
complete -c blurbox-render -l position -x -d 'Move the picture by parts of the canvas'
complete -c blurbox-render -l offset -x -d 'Move the picture on by pixels'
complete -c blurbox-render -l crop -x -d 'Leave out parts of the source'
complete -c blurbox-render -l rotate -x -a '0 90 180 270' -d 'Turn clockwise'
complete -c blurbox-render -l mirror -x -a 'none horizontal vertical both' -d 'Mirror the picture'
complete -c blurbox-render -l corner-radius -x -d 'Round corners'
complete -c blurbox-render -l shadow -x -d 'Strength of the shadow'

complete -c blurbox-render -l background -x -a 'blur mirror' -d 'Blur, mirror, a color, or two'
complete -c blurbox-render -l gradient-angle -x -d 'From the first color to the second'
complete -c blurbox-render -l picture -rF -d 'A picture in the background'
complete -c blurbox-render -l blur -x -d 'Blur radius'
complete -c blurbox-render -l background-zoom -x -d 'Size of the blurred copy or the picture'
complete -c blurbox-render -l dim -x -d 'Darken the background'
complete -c blurbox-render -l saturation -x -d 'Strength of the background\'s colors'

complete -c blurbox-render -l logo -rF -d 'A picture over all'
complete -c blurbox-render -l logo-place -x -a 'top-left top-right bottom-left bottom-right' -d 'A corner, or X,Y'
complete -c blurbox-render -l logo-margin -x -d 'Distance from the corner'
complete -c blurbox-render -l logo-size -x -d 'Width of the logo'
complete -c blurbox-render -l logo-opacity -x -d 'How much of the logo is seen'

complete -c blurbox-render -l start -x -d 'Begin there'
complete -c blurbox-render -l end -x -a none -d 'Stop there'

complete -c blurbox-render -l codec -x -a 'h264 hevc av1' -d 'Kind of video'
complete -c blurbox-render -l encoder -x -a '(__blurbox_render_names --list-encoders)' -d 'Encoder of that kind'
complete -c blurbox-render -l quality -x -d 'The encoder\'s own CRF or CQ, less is better'
complete -c blurbox-render -l preset -x -d 'The encoder\'s own preset'
complete -c blurbox-render -l audio -x -a 'copy encode none' -d 'What becomes of the sound'

complete -c blurbox-render -l device -x -a '(__blurbox_render_names --list-devices)' -d 'What does the work'
complete -c blurbox-render -l batch -x -a 'auto 1 2 4 8 16 32 64 128' -d 'Size of a batch'
complete -c blurbox-render -l precision -x -a 'auto fp16 fp32' -d 'How samples are stored'
complete -c blurbox-render -l workers -x -a 'auto 1 2 4 8' -d 'Segments made at once'
complete -c blurbox-render -l fresh -d 'Begin anew where an unfinished render left something'
complete -c blurbox-render -l auto-tune -d 'Measure which batch and precision are fastest'
complete -c blurbox-render -s q -l quiet -d 'Print errors only'

complete -c blurbox-render -l plan -rF -d 'Plan the render in a new folder, render nothing'
complete -c blurbox-render -l segment -x -d 'Make these segments of a plan'
complete -c blurbox-render -l join -rF -d 'Join the segments of a plan'
complete -c blurbox-render -l print-jobs -x -a 'slurm parallel kubernetes' -d 'Jobs that do all that for a plan'

complete -c blurbox-render -l list-devices -d 'Show what can do the work'
complete -c blurbox-render -l list-encoders -d 'Show the encoders and their qualities'
complete -c blurbox-render -l version -d 'Show the version'
complete -c blurbox-render -s h -l help -d 'Show the options'
