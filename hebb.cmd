@echo off
rem Runs the command line from where the caller stands, after building what is out of date: the Windows twin of ./hebb.
rem Written from the documentation of cmd; not run on Windows yet.
rem Each build is published into a folder of its own, because Windows locks the files of a program that runs.
setlocal EnableExtensions DisableDelayedExpansion
set "root=%~dp0"
set "state=%root%artifacts\launcher"
where dotnet >nul 2>nul || goto :no_sdk
if not exist "%state%" mkdir "%state%" || exit /b 1

set "now=%TEMP%\hebb-sources-%RANDOM%%RANDOM%.txt"
call :list_sources "%now%"
call :is_current && goto :run

rem Whoever opens the lock for writing has it; it is let go when this block ends, however it ends.
:wait
3>&2 2>nul (
    9>"%state%\lock" (
        call :rebuild 2>&3
    )
) && goto :run
if exist "%state%\failed" (
    del "%now%" "%state%\failed" >nul 2>nul
    exit /b 1
)
timeout /t 1 /nobreak >nul
call :is_current && goto :run
goto :wait

:run
del "%now%" >nul 2>nul
set "HEBB_LAUNCHER=%~0"
dotnet "%state%\%published%\hebb.dll" %*
exit /b %ERRORLEVEL%

rem Path, size and time to the second of everything that goes into the program.
:list_sources
(
    where /r "%root%src" /t *
    if exist "%root%recipes" where /r "%root%recipes" /t *
    if exist "%root%benchmarks" where /r "%root%benchmarks" /t *
    for %%f in (Directory.Build.props Directory.Build.targets Directory.Packages.props global.json nuget.config .editorconfig) do @if exist "%root%%%f" echo %%~zf %%~tf %%f
) 2>nul | findstr /v /i /c:"\bin\\" /c:"\obj\\" /c:"\node_modules\\" > %1
exit /b 0

:is_current
set "published="
if exist "%state%\current" set /p published=<"%state%\current"
if not defined published exit /b 1
if not exist "%state%\%published%\hebb.dll" exit /b 1
fc /b "%now%" "%state%\%published%\.sources" >nul 2>nul
exit /b %ERRORLEVEL%

:rebuild
call :list_sources "%now%"
call :is_current && exit /b 0
pushd "%root%"
dotnet --version >nul 2>nul || (popd & echo hebb: the .NET 10 SDK is needed: install it from https://dotnet.microsoft.com/download/dotnet/10.0 1>&2 & echo.>"%state%\failed" & exit /b 1)
if exist "%state%\current" (echo building Hebb... 1>&2) else (echo building Hebb ^(first run, about a minute^)... 1>&2)
set "incremental="
if exist "%state%\building" set "incremental=--no-incremental"
echo.>"%state%\building"
dotnet build src\Hebb.Cli\Hebb.Cli.csproj -c Release %incremental% -v quiet -nologo -nodeReuse:false -tl:off "-clp:ErrorsOnly;NoSummary" >"%state%\build.log" 2>&1 <nul
set "status=%ERRORLEVEL%"
del "%state%\building" >nul 2>nul
popd
if not "%status%"=="0" (type "%state%\build.log" 1>&2 & echo.>"%state%\failed" & exit /b 1)
set "published=build-%RANDOM%%RANDOM%%RANDOM%"
robocopy "%root%src\Hebb.Cli\bin\Release\net10.0" "%state%\%published%" /e /njh /njs /nfl /ndl >nul
if errorlevel 8 (echo hebb: cannot write to %state% 1>&2 & echo.>"%state%\failed" & exit /b 1)
copy /y "%now%" "%state%\%published%\.sources" >nul
>"%state%\current" echo %published%
rem A folder whose files are in use can't be renamed, and stays.
for /d %%d in ("%state%\build-*") do if /i not "%%~nxd"=="%published%" ren "%%d" "old-%%~nxd" >nul 2>nul
for /d %%d in ("%state%\old-*") do rd /s /q "%%d" >nul 2>nul
exit /b 0

:no_sdk
echo hebb: the .NET 10 SDK is needed: install it from https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
exit /b 1
