#compdef dbcreds
# zsh completion for dbcreds. Keep it as _dbcreds in a folder of $fpath, or in ~/.zshrc, below compinit:
#   eval "$(dbcreds completion zsh)"
_dbcreds() {
  local -a answers candidates
  local line value about
  answers=("${(@f)$(command dbcreds completion zsh "${(@Q)words[2,CURRENT-1]}" ":${(Q)PREFIX}" 2>/dev/null)}")
  for line in "${answers[@]}"; do
    case $line in
      '') ;;
      ':files')
        compset -P '-*='
        _files
        return ;;
      ':command '*)
        local skip=$(( ${line#:command } + 1 ))
        shift $skip words
        (( CURRENT -= skip ))
        _normal
        return ;;
      *)
        value=${line%%$'\t'*} about=${line#*$'\t'}
        candidates+=("${value//:/\\:}${about:+:$about}") ;;
    esac
  done
  _describe dbcreds candidates
}
if [[ $funcstack[1] == _dbcreds ]]; then
  _dbcreds "$@"
else
  compdef _dbcreds dbcreds
fi
