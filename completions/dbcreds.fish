# fish completion for dbcreds. Keep it as ~/.config/fish/completions/dbcreds.fish
function __dbcreds_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    for line in (command dbcreds completion fish $words ":$current" 2>/dev/null)
        switch $line
            case ':files'
                set -l path (string replace -r -- '^-[^=]*=' '' $current)
                set -l typed (string sub -l (math (string length -- $current) - (string length -- $path)) -- $current)
                for found in (__fish_complete_path $path)
                    echo -- $typed$found
                end
            case ':command *'
                set -l at (math (string replace ':command ' '' $line) + 1)
                complete -C (string join ' ' -- (string escape -- $words[$at..]) $current)
            case '*'
                echo -- $line
        end
    end
end
complete -c dbcreds -f -a '(__dbcreds_complete)'
