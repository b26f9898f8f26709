namespace Hebb.Data;

/// <summary>The files in an archive (tar, plain or gzip-compressed, or zip; told apart by their first bytes), read in place: nothing is unpacked to the disk.</summary>
internal static class DataArchive
{
    private const int MaxMembers = 1 << 20;

    /// <summary>The files one after another, in the archive's order. The content of each can be read until the next is asked for.</summary>
    /// <exception cref="DataException">The archive is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is none, or damaged.</exception>
    public static IEnumerable<ArchiveMember> Read(string path)
    {
        using var file = DataFile.OpenRead(path);
        foreach (var member in Read(file, path)) yield return member;
    }

    /// <param name="seekable">A whole archive; left open.</param>
    /// <param name="source">What errors call it.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static IEnumerable<ArchiveMember> Read(Stream seekable, string source)
    {
        int first = seekable.ReadByte(), second = seekable.ReadByte();
        seekable.Seek(0, SeekOrigin.Begin);
        return (first, second) == ('P', 'K') ? ReadZip(seekable, source) : ReadTar(seekable, source);
    }

    /// <summary>The content of one file of an archive, in whatever folder of it.</summary>
    /// <exception cref="DataException">The archive lacks it.</exception>
    public static byte[] ReadMember(string path, string name)
    {
        foreach (var member in Read(path))
            if (member.Name == name || member.Name.EndsWith("/" + name, StringComparison.Ordinal)) return ReadAll(member);
        throw new DataException($"{path}: has no file {name}");
    }

    /// <summary>The content of a member, with what broken compression throws as one line.</summary>
    public static byte[] ReadAll(ArchiveMember member) => Guard(member.Source, member.ReadAll);

    private static IEnumerable<ArchiveMember> ReadTar(Stream seekable, string source)
    {
        var (stream, _) = DataFile.Unpack(seekable);
        var reader = new TarReader(stream, source);
        for (int count = 0; Guard(source, reader.Next) is { } member; count++)
        {
            if (count == MaxMembers) throw new FormatException($"{source}: has more than {MaxMembers} files");
            yield return member;
        }
    }

    private static IEnumerable<ArchiveMember> ReadZip(Stream seekable, string source)
    {
        using var zip = ZipFiles.Open(seekable, source, MaxMembers, leaveOpen: true);
        foreach (var entry in zip.Entries)
        {
            if (entry.FullName.EndsWith('/')) continue;
            using var content = ZipFiles.Content(entry, $"{source}: {CsvTable.Shorten(entry.FullName)}");
            yield return new ArchiveMember(entry.FullName, entry.Length, content, source);
        }
    }

    private static T Guard<T>(string source, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
        }
    }
}
