"""The sequence behind matter numbers."""

from django.db import migrations


class Migration(migrations.Migration):
    """One sequence for all kinds: numbers are unique and rising, gaps are allowed."""

    dependencies = [("matters", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE matters_number", "DROP SEQUENCE matters_number"),
    ]
