# bash completion for dbcreds. Keep it as ~/.local/share/bash-completion/completions/dbcreds, or in ~/.bashrc:
#   eval "$(dbcreds completion bash)"
# `command`: the dbcreds of PATH, whatever was typed. `./dbcreds` and Tab must not run what a repository brings along.
# bash breaks words at `=` and `:` and replaces what is behind the break: they are joined for the question, and what
# stands before the break is taken off the answers. bash 3.2, of macOS, has neither `compopt` nor `mapfile`.
_dbcreds() {
  local words=() starts=() i word space rest=$COMP_LINE line
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]} space=${rest%%[![:space:]]*}
    rest=${rest#"$space"} && rest=${rest#"$word"}
    if [[ $i -gt 1 && -z $space ]]; then
      words[${#words[@]} - 1]+=$word
    elif [[ $i -gt 0 ]]; then
      words+=("$word") starts+=("$i")
    fi
  done
  local last=$((${#words[@]} - 1))
  local current=${words[last]} broken=''
  unset "words[last]"
  [[ $current == -*=* ]] && broken=${current%%=*}=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      ':files') _dbcreds_files "${current#"$broken"}" ;;
      ':command '*) _dbcreds_command "${starts[${line#:command }]}" ;;
      *) line=${line%%$'\t'*} && COMPREPLY+=("${line#"$broken"}") ;;
    esac
  done < <(command dbcreds completion bash "${words[@]}" ":$current" 2>/dev/null)
}
_dbcreds_files() {
  local line
  type compopt &>/dev/null && compopt -o filenames 2>/dev/null
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$1")
}
_dbcreds_command() {
  local line current=${COMP_WORDS[COMP_CWORD]}
  if type _comp_command_offset &>/dev/null; then
    _comp_command_offset "$1"
  elif type _command_offset &>/dev/null; then
    _command_offset "$1"
  elif [[ $COMP_CWORD -gt $1 || $current == */* ]]; then
    _dbcreds_files "$current"
  else
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -c -- "$current" | sort -u)
  fi
}
complete -F _dbcreds dbcreds
