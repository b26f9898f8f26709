using System.Diagnostics;
using Npgsql;

namespace Hebb.Data.Tests;

/// <summary>Tables from a real PostgreSQL, a cluster of the test's own behind a socket in a temporary folder; skipped where the server is not installed.</summary>
public sealed partial class PostgresTests : IDisposable
{
    // Sockets have short paths.
    private readonly string _folder = Directory.CreateTempSubdirectory("hebbpg").FullName;
    private Process? _server;

    [TableRecord]
    private sealed partial record Visit(int Id, string Patient, double? Weight, DateOnly Day, bool Smoker, decimal Paid);

    public void Dispose()
    {
        if (_server is not null)
        {
            Run("pg_ctl", "stop", "-D", Data, "-m", "immediate");
            _server.WaitForExit(10_000);
            _server.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    [Fact]
    public void RowsOfAQueryBecomeATableAndRecords()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "starts PostgreSQL as Unix does");
        Assert.SkipUnless(Find("initdb") is not null && Find("postgres") is not null, "PostgreSQL is not installed");
        Assert.SkipWhen(Environment.UserName == "root" && Find("runuser") is null, "PostgreSQL refuses to run as root, and there is no runuser");
        if (Environment.UserName == "root") Assert.SkipUnless(Succeeds("chown", "postgres", _folder), "PostgreSQL refuses to run as root, and there is no user postgres");
        Assert.SkipUnless(Run("initdb", "-D", Data, "-U", "hebb", "-A", "trust", "-N", "--no-locale", "-E", "UTF8"), "initdb fails here");
        _server = Start("postgres", "-D", Data, "-k", _folder, "-h", "", "-F");

        using var connection = Connect();
        Execute(connection, "create table visit (id int, patient text, weight double precision, day date, smoker boolean, paid numeric(9,2), note jsonb)");
        Execute(connection, "insert into visit select i, 'p' || i % 7, case when i % 10 = 0 then null else 50 + i * 0.5 end, date '2024-01-01' + i, i % 3 = 0, i * 1.25, '{}' from generate_series(1, 60) i");
        const string query = "select id, patient, weight, day, smoker, paid from visit order by id";
        using (var reader = new NpgsqlCommand(query, connection).ExecuteReader())
        {
            var table = Table.Read(reader, "visits");
            Assert.Equal(60, table.Count);
            Assert.Equal([ColumnKind.Id, ColumnKind.Categorical, ColumnKind.Numeric, ColumnKind.Date, ColumnKind.Categorical, ColumnKind.Numeric], table.Columns.Select(c => c.Kind));
            Assert.Equal(6, table["weight"].Missing);
            Assert.Equal(50.5, table["weight"].Number(0));
            Assert.Equal(new DateTime(2024, 1, 2), table["day"].Date(0));
            Assert.Equal(75, table["paid"].Number(59));
        }
        using (var reader = new NpgsqlCommand(query, connection).ExecuteReader())
        {
            var visits = Table.Read<Visit>(reader);
            Assert.Empty(visits.BadRows);
            Assert.Equal(new Visit(10, "p3", null, new DateOnly(2024, 1, 11), false, 12.5m), visits[9]);
            Assert.Equal(new Visit(60, "p4", null, new DateOnly(2024, 3, 1), true, 75m), visits[59]);
        }
    }

    private NpgsqlConnection Connect()
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                var connection = new NpgsqlConnection($"Host={_folder};Username=hebb;Database=postgres;Pooling=false;Timeout=5");
                connection.Open();
                return connection;
            }
            catch (NpgsqlException) when (attempt < 150)
            {
                Thread.Sleep(100);
            }
        }
    }

    private static void Execute(NpgsqlConnection connection, string statement)
    {
        using var command = new NpgsqlCommand(statement, connection);
        command.ExecuteNonQuery();
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static bool Succeeds(string program, params string[] arguments)
    {
        using var process = Launch(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    /// <summary>A program of PostgreSQL, as its user where the test runs as root.</summary>
    private static Process Start(string program, params string[] arguments) => Environment.UserName == "root"
        ? Launch(Find("runuser")!, ["-u", "postgres", "--", Find(program)!, .. arguments]) : Launch(Find(program)!, arguments);

    private static Process Launch(string program, string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")) : []).Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
