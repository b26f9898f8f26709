using Hebb.Data;

namespace Hebb.Training.Reports;

/// <summary>One cell of a picture grid: pictures side by side (an input and its explanation, say) over a caption.</summary>
/// <param name="Pictures">At least one; shown enlarged with hard pixel edges.</param>
/// <param name="Caption">The line below.</param>
/// <param name="Note">A quieter second line, or null.</param>
public sealed record ImageTile(IReadOnlyList<Image> Pictures, string Caption, string? Note = null)
{
    /// <summary>A few letters under each picture, as many as pictures; null for none.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    public ImageTile(Image picture, string caption, string? note = null) : this([picture], caption, note) { }

    internal static string DataUri(Image image) => "data:image/png;base64," + Convert.ToBase64String(Png.Encode(image));
}
