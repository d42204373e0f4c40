"""The desk's pages of a task's story: before the form of a task, and by number for archived ones too. REV-1, AUD-1."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from agents.story import picture, selectors, telling
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError


def told(*, task_id: int) -> dict[str, Any]:
    """What the template shows. Raises NoSuchTask, and Tampered for an archive that is not what it was."""
    story = telling.tell(found=selectors.gather(task_id=task_id))
    return {"story": story, "drawn": picture.drawn(story=story)}


class StoryView(UnfoldModelAdminViewMixin, TemplateView):
    """The story of one task, at work or archived. Looks only."""

    title = "Story of a task"
    permission_required = ("agents.view_task",)
    template_name = "admin/agents/story_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A constant number of queries."""
        try:
            found = told(task_id=self.kwargs["task_id"])
        except selectors.NoSuchTask as error:
            raise Http404(str(error)) from error
        except ChimeraError as error:
            found = {"refused": str(error)}
        return super().get_context_data(**found, **kwargs)


class StoryPage(ReadingAdmin):
    """Shows the story before the form of a task."""

    change_form_before_template = "admin/agents/story.html"

    def get_urls(self) -> list[Any]:
        """The story by the number of a task."""
        view = self.admin_site.admin_view(StoryView.as_view(model_admin=self))
        return [path("<int:task_id>/story/", view, name="agents_task_story"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A task that was put away has its story still."""
        try:
            found = told(task_id=selectors.number(object_id))
        except ChimeraError:
            answer: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return answer
        if found["story"].is_archived:
            return redirect(reverse("admin:agents_task_story", args=[selectors.number(object_id)]))
        shown: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **found})
        return shown
