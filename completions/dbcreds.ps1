# PowerShell completion for dbcreds. Keep it in the file that $PROFILE names.
# An empty answer leaves the place to PowerShell, which completes files. `--` would be taken from a call by PowerShell.
Register-ArgumentCompleter -Native -CommandName dbcreds -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  if ($words -contains '--') { return }
  try { $answers = @(& dbcreds completion powershell @words ":$wordToComplete" 2>$null) } catch { return }
  foreach ($line in $answers) {
    if ($line.StartsWith(':')) { return }
    $value, $about = $line -split "`t", 2
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
